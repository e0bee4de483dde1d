"""Read the `o:` options of a submission."""

from indicia.base.clock import read_date
from indicia.mail.header_fields import holds_line_end
from indicia.submissions.form import Form
from indicia.submissions.model import Asked, ClickTracking, SubmissionRefusedError

MOST_TAGS = 10
LONGEST_TAG = 128
# Mailgun's longest storage; content is kept until the message is due.
FURTHEST_SECONDS = 7 * 24 * 3600.0

_CLICKS = {"htmlonly": ClickTracking.HTML, "html": ClickTracking.HTML}


def read_options(form: Form, now: float) -> Asked:
    """Answer what a submission asks of its sending, as of `now` (unix seconds).

    Raises:
        SubmissionRefusedError: An option has a value that it cannot have.
    """
    return Asked(
        tags=_tags(form),
        tracking=_tracking(form, "o:tracking"),
        opens=_opens(form),
        clicks=_tracking(form, "o:tracking-clicks"),
        unsubscribe=form.flag("o:unsubscribe"),
        deliver_at=_delivery_time(form, now),
        is_test=form.flag("o:testmode") or False,
        require_tls=form.flag("o:require-tls") or False,
        skip_verification=form.flag("o:skip-verification") or False,
    )


def _tags(form: Form) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(form.texts("o:tag")))
    if len(tags) > MOST_TAGS:
        raise SubmissionRefusedError(f"o:tag parameter may be given {MOST_TAGS} times at most")
    for tag in tags:
        if len(tag) > LONGEST_TAG or holds_line_end(tag):
            raise SubmissionRefusedError(f"o:tag parameter must be one line of {LONGEST_TAG} characters at most")
    return tags


def _tracking(form: Form, name: str) -> ClickTracking | None:
    word = (form.text(name) or "").lower()
    if word in _CLICKS:
        return _CLICKS[word]
    wanted = form.flag(name)
    if wanted is None:
        return None
    return ClickTracking.ALL if wanted else ClickTracking.NO


def _opens(form: Form) -> bool | None:
    # Contract 4: all three switches take the same words, and the image that tells of opens is in HTML alone.
    wanted = _tracking(form, "o:tracking-opens")
    return None if wanted is None else wanted is not ClickTracking.NO


def _delivery_time(form: Form, now: float) -> float | None:
    text = form.text("o:deliverytime")
    if text is None:
        return None
    try:
        at = float(text) if text.isascii() and text.replace(".", "", 1).isdecimal() else read_date(text)
    except ValueError as error:
        raise SubmissionRefusedError("o:deliverytime parameter must be an RFC 2822 date or a unix timestamp") from error
    if at > now + FURTHEST_SECONDS:
        days = FURTHEST_SECONDS / 86_400
        raise SubmissionRefusedError(f"o:deliverytime parameter is more than {days:.0f} days ahead")
    return at
