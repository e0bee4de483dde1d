"""Read what a client posted for detection, and say precisely what is wrong with it.

Every event is kept as the bytes that were posted, because results echo it exactly; what detection needs of it is
read into an `Interaction` beside it. Where a key stands twice in an object, the last one counts.
"""

import re
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

import msgspec

from indicia.base.errors import AppError
from indicia.base.unreadable_json import TOO_DEEP, UNREADABLE, problem_of
from indicia.detection.model import Action, Interaction
from indicia.domains.model import InvalidDomainError
from indicia.domains.names import canonical_domain

MOST_EVENTS = 500
MOST_EXTRA_BYTES = 4096
LONGEST_TEXT = 8192
LONGEST_ID = 1024
# Far below the thousand at which Python gives up, and PHP's 512, because receivers must read it as well.
MOST_LEVELS = 64
# 2100-01-01: what lies beyond in seconds is taken for milliseconds, and refused if it is neither.
_LATEST_SECONDS = 4_102_444_800.0
# RFC 4291 2.5.5.2: ::ffff:0:0/96 carries an IPv4 address.
_V4_MAPPED = bytes(10) + b"\xff\xff"
_IDS = ("event_id", "recipient_id", "message_id", "link_id")
_YES = frozenset({True, "true", "yes", "1"})
_NO = frozenset({None, False, "false", "no", "0", ""})
# Strings are matched whole, so that brackets in them do not count.
_BRACKETS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]')


class InvalidRequestError(AppError, ValueError):
    """What was posted cannot be judged; `problems` names every fault as `field: why`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


class Posted(NamedTuple):
    """What a client posted: its events as bytes and as read, and what it asked for."""

    events: list[msgspec.Raw]
    interactions: list[Interaction]
    webhook_url: str | None
    explain: bool
    is_single: bool
    revisions: bool = False


class _Event(msgspec.Struct, forbid_unknown_fields=False):
    event_id: str | int | None = None
    ip: str | None = None
    uas: str | None = None
    action: str | None = None
    domain: str | None = None
    recipient_id: str | int | None = None
    message_id: str | int | None = None
    ts: float | str | None = None
    message_ts: float | str | None = None
    delivered_ts: float | str | None = None
    url: str | None = None
    link_id: str | int | None = None
    method: str | None = None
    headers: dict[str, str] | None = None


class _EventId(msgspec.Struct):
    event_id: str | int | None = None


class _Wishes(msgspec.Struct):
    webhook_url: str | None = None
    explain: bool | int | str | None = None
    revisions: bool | int | str | None = None


class _Body(_Wishes):
    events: list[msgspec.Raw] | None = None
    ip: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    uas: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


# What is ours or steers the request, and so does not count as a caller's own attribute.
_KNOWN = frozenset(_Event.__struct_fields__) | {"webhook_url", "explain", "revisions"}
_event_decoder = msgspec.json.Decoder(_Event)
_event_id_decoder = msgspec.json.Decoder(_EventId)
_wishes_decoder = msgspec.json.Decoder(_Wishes)
_body_decoder = msgspec.json.Decoder(_Body)
_members_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_json(body: bytes) -> Posted:
    """Read a JSON body: a batch, or one interaction where there are no `events` but an `ip` or `uas`.

    Raises:
        InvalidRequestError: Anything in it is wrong; every bad event is named.
    """
    try:
        body.decode()
        read = _body_decoder.decode(body)
    except UNREADABLE as error:
        raise InvalidRequestError([problem_of(error)]) from error
    if read.events is None and (read.ip is not msgspec.UNSET or read.uas is not msgspec.UNSET):
        return _single(msgspec.Raw(body.strip()), read)
    return _batch(read)


def read_single(fields: dict[str, object]) -> Posted:
    """Read one interaction from the fields of a form.

    Raises:
        InvalidRequestError: Anything in it is wrong.
    """
    raw = msgspec.Raw(msgspec.json.encode(fields, order="sorted"))
    try:
        wishes = _wishes_decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise InvalidRequestError([problem_of(error)]) from error
    return _single(raw, wishes)


def _single(raw: msgspec.Raw, wishes: _Wishes) -> Posted:
    problems: list[str] = []
    explain = _is_yes("explain", wishes.explain, problems)
    revisions = _is_yes("revisions", wishes.revisions, problems)
    interaction, faults = read_event(raw, is_single=True)
    if problems + faults:
        raise InvalidRequestError(problems + faults)
    return Posted([raw], [interaction], wishes.webhook_url or None, explain, True, revisions)


def _batch(body: _Body) -> Posted:
    events = body.events or []
    problems: list[str] = []
    explain = _is_yes("explain", body.explain, problems)
    revisions = _is_yes("revisions", body.revisions, problems)
    if body.events is None:
        problems.append(f"events: is required, an array of 1 to {MOST_EVENTS} events")
    elif not 1 <= len(events) <= MOST_EVENTS:
        problems.append(f"events: must hold 1 to {MOST_EVENTS} events, not {len(events)}")
    if not body.webhook_url:
        problems.append("webhook_url: is required, the URL to which results are posted")
    if problems:
        raise InvalidRequestError(problems)
    interactions = []
    for position, raw in enumerate(events):
        interaction, faults = read_event(raw, is_single=False)
        interactions.append(interaction)
        problems.extend(f"events[{position}].{fault}" for fault in faults)
    if problems:
        raise InvalidRequestError(problems)
    return Posted(events, interactions, body.webhook_url, explain, False, revisions)


def read_event(raw: msgspec.Raw | bytes, *, is_single: bool) -> tuple[Interaction, list[str]]:
    """Read one posted event; answer what could be read of it and its faults, each as `field: why`."""
    try:
        event = _event_decoder.decode(raw)
    except UNREADABLE as error:
        return Interaction(), [problem_of(error)]
    faults: list[str] = []
    _check_presence(event, faults, is_single=is_single)
    _check_sizes(event, raw, faults)
    interaction = Interaction(
        event_id=_identifier(event.event_id) or "",
        ip=_address(event.ip, faults),
        uas=event.uas,
        action=_action(event.action, faults),
        domain=_domain(event.domain, faults),
        recipient_id=_identifier(event.recipient_id),
        message_id=_identifier(event.message_id),
        ts=_seconds("ts", event.ts, faults),
        message_ts=_seconds("message_ts", event.message_ts, faults),
        delivered_ts=_seconds("delivered_ts", event.delivered_ts, faults),
        url=event.url or None,
        link_id=_identifier(event.link_id),
        method=event.method.upper() if event.method else None,
        headers=event.headers,
    )
    return interaction, faults


def event_id_of(raw: msgspec.Raw | bytes) -> str:
    """Read the id of an event that was posted before; "" where it has none."""
    return _identifier(_event_id_decoder.decode(raw).event_id) or ""


def _check_presence(event: _Event, faults: list[str], *, is_single: bool) -> None:
    if is_single:
        if not event.ip and event.uas is None:
            faults.append("ip: or uas is required")
        return
    if not event.ip:
        faults.append("ip: is required")
    if event.uas is None:
        faults.append("uas: is required (it may be an empty string)")
    if event.event_id is None or event.event_id == "":
        faults.append("event_id: is required")


def _check_sizes(event: _Event, raw: msgspec.Raw | bytes, faults: list[str]) -> None:
    if _is_too_deep(bytes(raw)):
        faults.append(TOO_DEEP)
    size = memoryview(raw).nbytes
    # An event that is short as a whole has nothing too long in it, and nearly all are.
    if size <= LONGEST_ID:
        return
    faults.extend(
        f"{name}: is longer than {LONGEST_TEXT} characters"
        for name in ("uas", "url", "domain", "method")
        if len(getattr(event, name) or "") > LONGEST_TEXT
    )
    faults.extend(
        f"{name}: is longer than {LONGEST_ID} characters"
        for name in _IDS
        if len(str(getattr(event, name) or "")) > LONGEST_ID
    )
    if size > MOST_EXTRA_BYTES:
        members = _members_decoder.decode(raw)
        extra = sum(
            len(name.encode()) + memoryview(value).nbytes for name, value in members.items() if name not in _KNOWN
        )
        if extra > MOST_EXTRA_BYTES:
            faults.append(f"your own attributes: hold {extra} bytes, and {MOST_EXTRA_BYTES} are allowed in one event")
        if event.headers is not None and memoryview(members["headers"]).nbytes > 2 * LONGEST_TEXT:
            faults.append(f"headers: hold more than {2 * LONGEST_TEXT} bytes")


def _is_too_deep(text: bytes) -> bool:
    """Tell whether the JSON `text` has more levels than may be read again from wherever it is stored."""
    # With so few brackets in all it cannot, and nearly no event has more.
    if text.count(b"[") + text.count(b"{") <= MOST_LEVELS:
        return False
    level = 0
    for match in _BRACKETS.finditer(text):
        level += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(match[0], 0)
        if level > MOST_LEVELS:
            return True
    return False


def _is_yes(name: str, value: bool | int | str | None, problems: list[str]) -> bool:  # noqa: FBT001
    if value in _YES:
        return True
    if value not in _NO:
        problems.append(f"{name}: must be true or false")
    return False


def _identifier(value: str | int | None) -> str | None:
    return None if value is None or value == "" else str(value)


def _address(text: str | None, faults: list[str]) -> str | None:
    if not text:
        return None
    canonical = canonical_address(text)
    if canonical is None:
        faults.append("ip: not an IP address")
    return canonical


def canonical_address(text: str) -> str | None:
    """Answer an address in its one written form, IPv4-mapped IPv6 as IPv4; None where it is none.

    The C library reads an address in a third of the time that `ipaddress` takes, and a batch has 500.
    """
    plain = text.strip()
    try:
        packed = inet_pton(AF_INET6 if ":" in plain else AF_INET, plain)
    except (OSError, ValueError):
        return None
    if len(packed) == 4:
        return plain
    if packed.startswith(_V4_MAPPED):
        return inet_ntop(AF_INET, packed[12:])
    return inet_ntop(AF_INET6, packed)


def _action(text: str | None, faults: list[str]) -> Action:
    if not text or text == "click":
        return Action.CLICK
    try:
        return Action(text.lower())
    except ValueError:
        faults.append("action: must be open or click")
        return Action.CLICK


def _domain(text: str | None, faults: list[str]) -> str | None:
    if not text:
        return None
    canonical = _canonical_domain(text)
    if canonical is None:
        faults.append("domain: not a domain name (the part of the recipient's address after the @)")
    return canonical


@lru_cache(maxsize=16_384)
def _canonical_domain(text: str) -> str | None:
    try:
        return canonical_domain(text)
    except InvalidDomainError:
        return None


def _seconds(name: str, value: float | str | None, faults: list[str]) -> float | None:
    """Read a time given in seconds or milliseconds, as a number or as a number in a string."""
    if value is None or value == "":
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if seconds > _LATEST_SECONDS:
        seconds /= 1000
    if not 0 <= seconds <= _LATEST_SECONDS:
        faults.append(f"{name}: not a unix time in seconds or milliseconds")
        return None
    return seconds
