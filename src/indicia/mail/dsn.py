"""Delivery reports: those of RFC 3464, and those of servers that never heard of it."""

import re
from typing import NamedTuple

from indicia.mail.parts import Part, any_of, leaves, read_fields, readable

_REPORT_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_LONGEST_DIAGNOSTIC = 500
# The words of a server stand at the beginning.
_LONGEST_NOTICE = 64 * 1024

_STATUS = re.compile(r"(?<![0-9.])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
# A reply code as servers quote it: at the start of a line, after `smtp;`, or after words that introduce one.
_CODE = re.compile(
    r"(?:^|smtp;|said:|reply was:|error:|response:|code[: ]|\()[ \t]*+([45][0-5][0-9])(?=[\s\-])",
    re.IGNORECASE | re.MULTILINE,
)


class DeliveryReport(NamedTuple):
    """What a server says became of a copy that it, or one after it, had taken.

    Attributes:
        action: `failed`, `delayed`, `delivered`, `relayed` or `expanded` (RFC 3464 2.3.3).
        status: The enhanced status code; "" where none is known.
        code: The basic reply code, where one is quoted.
        diagnostic: The server's own words, shortened, on one line.
        remote_mta: Which server said so; "" where that is not told.
    """

    action: str
    status: str
    code: int | None
    diagnostic: str
    remote_mta: str

    @property
    def is_permanent(self) -> bool:
        """Whether it failed for good, by its status or else by its reply code; without either a failure is."""
        if self.action != "failed":
            return False
        if self.status:
            return self.status.startswith("5")
        return self.code is None or self.code >= 500


def read_report(message: Part) -> DeliveryReport | None:
    """Read a delivery report of RFC 3464; None where the message is none."""
    for part in leaves(message):
        if part.media_type in _REPORT_TYPES:
            return _standard(part.decoded, _notice(message))
    return None


def read_notice(message: Part) -> DeliveryReport | None:
    """Read a bounce that is no RFC 3464 report, by its words; None where they are not those of one."""
    notice = _before_original(_notice(message))
    subject = readable(message.field("subject"))
    if _DELAY.search(subject) or _DELAY.search(notice[:2_000]):
        return DeliveryReport("delayed", "", None, _line(notice), "")
    is_bounce = message.has("x-failed-recipients") or _BOUNCE_SUBJECT.search(subject) or _BOUNCE_TEXT.search(notice)
    if not is_bounce:
        return None
    return DeliveryReport("failed", _status_of(notice), _code_of(notice), _excerpt(notice), "")


def _standard(body: bytes, notice: str) -> DeliveryReport | None:
    groups = [dict(read_fields(group)) for group in re.split(rb"\r?\n[ \t]*\r?\n", body.strip())]
    recipients = [group for group in groups if "action" in group or "status" in group]
    if not recipients:
        return None
    # A copy has one recipient, who may have been expanded to several; one that failed is what matters.
    record = next((group for group in recipients if _action(group) == "failed"), recipients[0])
    diagnostic = record.get("diagnostic-code", "")
    words = diagnostic.partition(";")[2].strip() or diagnostic
    status = _status_of(record.get("status", ""))
    # Many write 5.0.0 and let the server's words say which it was.
    if not status or status.endswith(".0.0"):
        found = _status_of(words) or _status_of(_before_original(notice))
        status = found if found and found[0] == (status or found)[0] else status
    return DeliveryReport(
        action=_action(record),
        status=status,
        code=_code_of(words),
        diagnostic=_line(words) or _excerpt(_before_original(notice)),
        remote_mta=_line(record.get("remote-mta", "").partition(";")[2]),
    )


def _action(record: dict[str, str]) -> str:
    words = record.get("action", "").split(maxsplit=1)
    if words:
        return words[0].lower()
    return "failed" if record.get("status", "").startswith("5") else "delayed"


def _notice(message: Part) -> str:
    """Answer what a report says to people."""
    texts = {part.media_type: part.text[:_LONGEST_NOTICE] for part in reversed(leaves(message))}
    return texts.get("text/plain") or re.sub(r"<[^<>]*>", " ", texts.get("text/html", ""))


def _before_original(notice: str) -> str:
    found = _ORIGINAL.search(notice)
    return notice[: found.start()] if found else notice


def _status_of(text: str) -> str:
    found = _STATUS.search(text)
    return f"{found[1]}.{int(found[2])}.{int(found[3])}" if found else ""


def _code_of(text: str) -> int | None:
    found = _CODE.search(text)
    return int(found[1]) if found else None


def _excerpt(notice: str) -> str:
    """Answer the words of a notice from the line on that quotes a server, or all of them."""
    lines = notice.splitlines()
    quoting = (number for number, line in enumerate(lines) if _CODE.search(line) or _STATUS.search(line))
    return _line(" ".join(lines[next(quoting, 0) :]))


def _line(text: str) -> str:
    # Somebody else's words end up in logs and webhooks, so nothing but one printable line of them does.
    shown = "".join(character if character.isprintable() else " " for character in text[: 4 * _LONGEST_DIAGNOSTIC])
    return " ".join(shown.split())[:_LONGEST_DIAGNOSTIC]


# Where a notice ends and our own message, quoted, begins.
_ORIGINAL = any_of(
    r"^-{2,}+.{0,40}(?:original message|copy of (?:your|the) message|header of|unsent message|returned message)",
    r"^-{2,}+.{0,40}(?:message follows|message header|ursprüngliche nachricht)",
    r"^(?:return-path: ?<|received: from |original message headers:)",
)
_DELAY = any_of(
    r"delivery (?:status notification )?\(?delay",
    r"delayed mail",
    r"warning: (?:message|could not send)",
    r"still (?:being )?retr",
    r"will (?:keep|continue) (?:trying|to (?:try|be retried))",
    r"you do not need to resend",
    r"not (?:yet )?been delivered (?:yet|after)",
    r"delivery to the following recipients has been delayed",
    r"zustellung verzögert",
    r"this is a warning message only",
)
_BOUNCE_SUBJECT = any_of(
    r"undeliver(?:able|ed)",
    r"delivery (?:status notification ?\(?:?fail|failure|has failed|failed|problem)",
    r"failure notice",
    r"mail delivery (?:failed|failure|error|subsystem)",
    r"returned (?:to sender|mail)",
    r"mail could not be delivered",
    r"message (?:not|could not be) delivered",
    r"nicht zustellbar|unzustellbar|non remis|mensaje no entregado|mancato recapito",
    r"delivery report.{0,20}fail",
    r"permanent (?:delivery )?fail",
    r"mail system error",
)
_BOUNCE_TEXT = any_of(
    r"this is the (?:qmail-send|mail delivery|mail system|postfix|courier)",
    r"message (?:that you sent )?could not be delivered",
    r"could not be delivered to (?:one or more|the following)",
    r"did not reach (?:some or all|the following)",
    r"the following address(?:es)? had (?:permanent|delivery) (?:fatal )?errors",
    r"wasn't able to deliver your message",
    r"unable to deliver (?:your|this|the) message",
    r"delivery to the following recipients? failed",
    r"permanent(?:ly)? (?:error|fail|rejected)",
    r"user unknown",
    r"konnte nicht zugestellt werden|n'a pas pu être (?:remis|délivré)|no se pudo entregar",
)
