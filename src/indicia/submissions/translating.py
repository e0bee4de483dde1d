"""What a submission comes to: a message, for which the domain's settings and the message's options are both heard."""

from collections.abc import Sequence
from typing import NamedTuple

from indicia.base.clock import mail_date
from indicia.domains.model import Domain
from indicia.mail.address import Address, header_form
from indicia.mail.header_fields import header_text
from indicia.messages.model import Content, Message, Options, TemplateSnapshot
from indicia.submissions.model import ClickTracking, Submission


class Tracking(NamedTuple):
    """What is tracked, once the domain's setting and the message's options are both heard."""

    opens: bool
    clicks: ClickTracking


def tracking_of(domain: Domain, submission: Submission) -> Tracking:
    """Decide: the narrower option over `o:tracking`, that over the domain."""
    asked = submission.asked
    general = asked.tracking
    by_domain = ClickTracking.HTML if domain.tracking else ClickTracking.NO
    clicks = asked.clicks or general or by_domain
    opens = asked.opens
    if opens is None:
        opens = domain.tracking if general is None else general is not ClickTracking.NO
    return Tracking(opens, clicks)


def message_of(
    domain: Domain, submission: Submission, template: TemplateSnapshot | None, identifier: str, now: float
) -> tuple[Message, Content]:
    """Answer the message that a submission comes to at `now` (unix seconds), to be stored.

    Args:
        domain: Who sends it.
        submission: What was asked.
        template: Its template as it was taken.
        identifier: What its Message-ID begins with.
        now: When it was submitted.
    """
    content = Content(
        sender=header_form(submission.sender),
        to=tuple(map(header_form, submission.to)),
        cc=tuple(map(header_form, submission.cc)),
        reply_to=submission.reply_to,
        subject=submission.subject,
        text=submission.text,
        html=submission.html,
        amp=submission.amp,
        headers=submission.headers,
        attachments=submission.files,
        template=template,
    )
    message = Message(
        id=0,
        account_id=domain.account_id,
        domain_id=domain.id,
        message_id=f"{identifier}@{domain.name}",
        submitted_at=now,
        deliver_at=due_at(submission, now),
        size_bytes=submission.size_bytes,
        headers=_shown_headers(submission, f"{identifier}@{domain.name}", now),
        options=_options(domain, submission),
    )
    return message, content


def _options(domain: Domain, submission: Submission) -> Options:
    asked, tracking = submission.asked, tracking_of(domain, submission)
    has_own_copies = submission.recipient_variables is not None
    return Options(
        tags=asked.tags,
        variables=dict(submission.variables),
        has_own_copies=has_own_copies,
        is_test=asked.is_test,
        track_opens=tracking.opens,
        track_clicks=tracking.clicks is not ClickTracking.NO,
        track_text_clicks=tracking.clicks is ClickTracking.ALL,
        wants_unsubscribe=has_own_copies if asked.unsubscribe is None else asked.unsubscribe,
        require_tls=asked.require_tls,
        skip_verification=asked.skip_verification,
        callback_url=submission.callback_url,
    )


def _shown_headers(submission: Submission, message_id: str, now: float) -> dict[str, str]:
    """Answer what events show of the header."""
    custom = {name.lower(): header_text(value) for name, value in submission.headers}
    return custom | {
        "date": mail_date(int(due_at(submission, now))),
        "from": _shown([submission.sender]),
        "message-id": message_id,
        "subject": submission.subject,
        "to": _shown(submission.to),
    }


def _shown(addresses: Sequence[Address]) -> str:
    return ", ".join(
        f"{address.name} <{address.addr_spec}>" if address.name else address.addr_spec for address in addresses
    )


def due_at(submission: Submission, now: float) -> float:
    """Answer when a submission of `now` is to be delivered; both in unix seconds."""
    return max(now, submission.asked.deliver_at or now)
