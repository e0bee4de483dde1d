"""Tells what a mail that came back to one of our addresses is."""

from enum import StrEnum
from typing import NamedTuple

from indicia.mail.arf import FeedbackReport, read_feedback
from indicia.mail.dsn import DeliveryReport, read_notice, read_report
from indicia.mail.parts import Part, any_of, read_part, readable


class ReturnedKind(StrEnum):
    """What came back."""

    BOUNCE = "bounce"
    DELAY = "delay"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    OTHER = "other"


class Returned(NamedTuple):
    """A mail that came back, understood; a report is there for a bounce, feedback for a complaint."""

    kind: ReturnedKind
    report: DeliveryReport | None = None
    feedback: FeedbackReport | None = None


# RFC 3834 5, and what was common before it.
_AUTO_FIELDS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-mail-autoreply")
_AUTO_PRECEDENCES = frozenset({"auto_reply", "auto-reply"})
_AUTO_SUBJECT = any_of(
    r"^\W{0,8}auto(?:matic(?:ally)?|matische)?[ -]?(?:generated )?(?:reply|respon|antwort)",
    r"^\W{0,8}(?:out of (?:the )?office|ooo\b|on vacation|vacation (?:reply|notice))",
    r"^\W{0,8}away from (?:the|my) (?:office|desk|e-?mail)",
    r"^\W{0,8}(?:abwesenheit|ich bin (?:nicht im büro|im urlaub)|automatisch antwoord|afwezigheid)",
    r"^\W{0,8}(?:réponse automatique|absence du bureau|respuesta automática|fuera de la oficina)",
    r"^\W{0,8}(?:risposta automatica|resposta automática|automatické odpov|automatyczna odpowied)",
    r"^\W{0,8}(?:please confirm your message|verify your (?:e-?mail|message))",
)
_SERVER = any_of(
    r"mailer[-_ ]?daemon|daemon@|mdaemon|mmdf",
    r"postmaster|mail administrator|system attendant",
    r"mail[ -]?delivery|bounce|email quarantine",
    r"no-?reply",
    r"<>",
)


def understand(content: bytes) -> Returned:
    """Tell what a mail is that was sent to one of our addresses; whatever else it may be is `OTHER`."""
    message = read_part(content)
    feedback = read_feedback(message)
    if feedback is not None:
        kind = ReturnedKind.COMPLAINT if feedback.is_complaint else ReturnedKind.OTHER
        return Returned(kind, feedback=feedback)
    # Reports call themselves automatic too, so their own form is asked for first, and mere words last.
    report = read_report(message)
    if report is not None:
        return _reported(report)
    if _is_auto_reply(message):
        return Returned(ReturnedKind.AUTO_REPLY)
    notice = read_notice(message) if _is_from_a_server(message) else None
    return _reported(notice) if notice is not None else Returned(ReturnedKind.OTHER)


def _reported(report: DeliveryReport) -> Returned:
    if report.action == "failed":
        return Returned(ReturnedKind.BOUNCE, report)
    return Returned(ReturnedKind.DELAY if report.action == "delayed" else ReturnedKind.RECEIPT, report)


def _is_auto_reply(message: Part) -> bool:
    automatic = message.field("auto-submitted").lower().replace(";", " ").replace("(", " ").split()
    return (
        automatic[:1] == ["auto-replied"]
        or any(message.has(name) for name in _AUTO_FIELDS)
        or message.field("precedence").strip().lower() in _AUTO_PRECEDENCES
        or _AUTO_SUBJECT.search(readable(message.field("subject"))) is not None
    )


def _is_from_a_server(message: Part) -> bool:
    """Tell a server's notice from a person's answer that quotes one."""
    sender = message.field("from")
    return not sender or message.has("x-failed-recipients") or _SERVER.search(sender) is not None
