"""Read the fields and files of a request as a submission."""

from collections.abc import Mapping, Sequence

import msgspec

from indicia.composition.field_rules import field_problem
from indicia.mail.address import header_form, parse_list
from indicia.mail.header_fields import holds_line_end
from indicia.messages.model import Attachment, RecipientKind
from indicia.submissions.addressing import (
    LONGEST_SENDER,
    everyone,
    read_recipient_variables,
    read_recipients,
    read_sender,
)
from indicia.submissions.form import Form, json_text
from indicia.submissions.model import (
    Submission,
    SubmissionRefusedError,
    SubmissionTooLargeError,
    TemplateRequest,
)
from indicia.submissions.options import read_options

LARGEST_BYTES = 25 * 1024 * 1024
# Mailgun's bound on everything beside the message itself.
LARGEST_OPTIONS_BYTES = 16 * 1024
LONGEST_SUBJECT = 2000
_VARIABLES_FIELD = "x-mailgun-variables"
# RFC 5322 3.6.
_ONCE = frozenset({"message-id", "sender"})


def read_submission(fields: Mapping[str, object], files: Sequence[Attachment], now: float) -> Submission:
    """Answer the submission that a request makes, as of `now` (unix seconds).

    Raises:
        SubmissionRefusedError: It lacks something, or something in it cannot be.
        SubmissionTooLargeError: It is larger than a message may be.
    """
    form = Form(fields)
    # First, so that nothing below is done for more than that.
    beside = _checked_options_size(form)
    to, cc, bcc = (read_recipients(form, kind) for kind in RecipientKind)
    sender = read_sender(form)
    recipients = everyone(to, cc, bcc)
    custom, variables_field = _custom_fields(form)
    variables = dict(form.below("v:"))
    reply_to = _reply_to(form)
    template = _template(form, {**variables, **variables_field})
    bodies = {name: _body(form, name) for name in ("text", "html", "amp-html")}
    _check_bodies(bodies, template)
    return Submission(
        sender=sender,
        to=to,
        cc=cc,
        recipients=recipients,
        reply_to=reply_to,
        subject=_subject(form),
        text=bodies["text"],
        html=bodies["html"],
        amp=bodies["amp-html"],
        headers=custom,
        files=_named(files),
        template=template,
        variables={name: json_text(value) for name, value in variables_field.items()} | variables,
        recipient_variables=read_recipient_variables(form),
        asked=read_options(form, now),
        callback_url=form.text("callback_url"),
        size_bytes=_checked_size(beside, bodies, files),
    )


def _subject(form: Form) -> str:
    subject = form.text("subject") or ""
    if len(subject) > LONGEST_SUBJECT:
        raise SubmissionRefusedError(f"subject parameter is longer than {LONGEST_SUBJECT} characters")
    if holds_line_end(subject):
        raise SubmissionRefusedError("subject parameter must not hold line breaks or control characters")
    return subject


def _body(form: Form, name: str) -> str | None:
    body = form.text(name)
    if body is not None and "\0" in body:
        raise SubmissionRefusedError(f"{name} parameter must not hold NUL characters")
    return body


def _check_bodies(bodies: Mapping[str, str | None], template: TemplateRequest | None) -> None:
    if template is not None and bodies["html"] is not None:
        raise SubmissionRefusedError("Only one parameters 'html' or 'template' is allowed")
    # AMP is for the few readers that show it, beside what all others do.
    if template is None and bodies["text"] is None and bodies["html"] is None:
        raise SubmissionRefusedError("Need at least one of 'text' or 'html' parameters specified")


def _reply_to(form: Form) -> str:
    texts = form.texts("reply_to")
    if not texts:
        return ""
    text = ", ".join(texts)
    if len(text) > LONGEST_SENDER:
        raise SubmissionRefusedError(f"reply_to parameter is longer than {LONGEST_SENDER} characters")
    # What a placeholder brings in is not known yet.
    if "%recipient" in text and not holds_line_end(text):
        return text
    found = parse_list(text)
    if found.unparseable or not found.addresses:
        raise SubmissionRefusedError("reply_to parameter is not a valid address. please check documentation")
    return ", ".join(header_form(address) for address in found.addresses)


def _custom_fields(form: Form) -> tuple[tuple[tuple[str, str], ...], dict[str, object]]:
    """Answer the `h:` fields, and the variables that Mailgun's clients hide in one of them."""
    custom: list[tuple[str, str]] = []
    variables: dict[str, object] = {}
    for name, value in form.below("h:"):
        if name.lower() == _VARIABLES_FIELD:
            variables |= Form({f"h:{name}": value}).json_object(f"h:{name}") or {}
            continue
        if (problem := field_problem(name, value)) is not None:
            raise SubmissionRefusedError(problem)
        if name.lower() in _ONCE and any(name.lower() == other.lower() for other, _ in custom):
            raise SubmissionRefusedError(f"The header {name} can be set once")
        custom.append((name, value))
    return tuple(custom), variables


def _template(form: Form, variables: Mapping[str, object]) -> TemplateRequest | None:
    """Read which template is wanted, shown `variables` too; `t:*` is Mailgun's spelling of `template_*`."""
    name = form.text("template")
    if name is None:
        return None
    given = form.json_object("template_variables", "t:variables") or {}
    version = form.text("t:version") or form.text("template_version")
    if version is not None and not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise SubmissionRefusedError("t:version parameter must be the number of a version")
    is_strict = form.flag("template_strict")
    return TemplateRequest(
        name=name,
        variables=msgspec.json.encode({**variables, **given}),
        version=None if version is None else int(version),
        is_strict=(form.flag("t:strict") if is_strict is None else is_strict) or False,
    )


def _named(files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    for file in files:
        if not file.name.strip() or holds_line_end(file.name) or holds_line_end(file.media_type):
            raise SubmissionRefusedError("The name and type of a file must be one line without control characters")
    return tuple(files)


def _checked_options_size(form: Form) -> int:
    beside = sum(len(name) + len(value.encode()) for prefix in ("o:", "h:", "v:") for name, value in form.below(prefix))
    if beside > LARGEST_OPTIONS_BYTES:
        raise SubmissionRefusedError("Send options (parameters starting with o:, h:, or v:) are limited to 16 kB total")
    return beside


def _checked_size(beside: int, bodies: Mapping[str, str | None], files: Sequence[Attachment]) -> int:
    size = beside + sum(len(body.encode()) for body in bodies.values() if body) + sum(file.size_bytes for file in files)
    if size > LARGEST_BYTES:
        raise SubmissionTooLargeError(LARGEST_BYTES)
    return size
