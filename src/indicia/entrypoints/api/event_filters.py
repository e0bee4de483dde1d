"""Read which events are meant, in our words and in Mailgun's."""

import re
from collections.abc import Mapping

from indicia.base.clock import read_date
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.forms import single, texts
from indicia.events.model import EventFilter, EventType, Kind, Severity
from indicia.mail.address import parse_one

_MOST_UIDS = 500
_FAILS = {
    "permanent_fail": Kind(EventType.FAILED, Severity.PERMANENT),
    "temporary_fail": Kind(EventType.FAILED, Severity.TEMPORARY),
}
_NAMES = sorted([*EventType, *_FAILS])
# `delivered OR opened` and `news AND spring` are Mailgun's filter expressions.
_OR = re.compile(r"\s+OR\s+", re.IGNORECASE)
_AND = re.compile(r"\s+AND\s+", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")


def read_filter(fields: Mapping[str, object]) -> EventFilter:
    """Read a filter from query parameters or a form.

    Raises:
        ApiError: A value cannot be read (400).
    """
    return EventFilter(
        kinds=_kinds(fields),
        recipient=_recipient(fields),
        message_id=_single(fields, "message_id", "message-id").strip("<>") or None,
        tags=tuple(tag for text in _all(fields, "tag", "tags") for tag in _AND.split(text)),
        begin=_moment(fields, "begin"),
        end=_moment(fields, "end"),
        uids=_uids(fields),
    )


def is_true(fields: Mapping[str, object], name: str) -> bool:
    """Read a switch, off where it is absent.

    Raises:
        ApiError: It is none (400).
    """
    text = _single(fields, name).lower()
    if text not in {"", "yes", "true", "1", "no", "false", "0"}:
        raise ApiError(400, f"{name}: must be yes or no")
    return text in {"yes", "true", "1"}


def _kinds(fields: Mapping[str, object]) -> tuple[Kind, ...]:
    severity = _severity(fields)
    kinds = [_kind(name) for text in _all(fields, "event", "type") for name in _OR.split(text)]
    if severity is None:
        return tuple(kinds)
    # A severity is one of failures; of other types that are asked for beside it, nothing is left out.
    narrowed = [kind._replace(severity=severity) if kind == Kind(EventType.FAILED) else kind for kind in kinds]
    return tuple(narrowed) or (Kind(EventType.FAILED, severity),)


def _kind(name: str) -> Kind:
    if name in _FAILS:
        return _FAILS[name]
    try:
        return Kind(EventType(name))
    except ValueError as error:
        raise ApiError(400, f"event: must be of {', '.join(_NAMES)}, several joined by OR") from error


def _severity(fields: Mapping[str, object]) -> Severity | None:
    text = _single(fields, "severity")
    if text in {"permanent", "temporary"}:
        return Severity(text)
    if text:
        raise ApiError(400, "severity: must be permanent or temporary")
    return None


def _recipient(fields: Mapping[str, object]) -> str | None:
    text = _single(fields, "recipient", "recipients")
    if not text:
        return None
    address = parse_one(text)
    if address is None:
        raise ApiError(400, "recipient: must be one email address")
    return address.envelope


def _uids(fields: Mapping[str, object]) -> tuple[str, ...]:
    uids = _all(fields, "event_id")
    if len(uids) > _MOST_UIDS:
        raise ApiError(400, f"event_id: {_MOST_UIDS} at most")
    return tuple(uids)


def _moment(fields: Mapping[str, object], name: str) -> float | None:
    """Read unix seconds, or a date of RFC 2822."""
    value = fields.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value) if isinstance(value, int) else format(value, "f").rstrip("0").rstrip(".")
    text = _single({name: value}, name)
    if not text:
        return None
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        return read_date(text)
    except ValueError as error:
        raise ApiError(400, f"{name}: must be unix seconds or a date as in RFC 2822") from error


def _all(fields: Mapping[str, object], *names: str) -> list[str]:
    return [text.strip() for name in names for text in texts(fields, name)]


def _single(fields: Mapping[str, object], *names: str) -> str:
    return single(fields, *names).strip()
