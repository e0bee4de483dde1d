"""Read what a client posted for detection, and say precisely what is wrong with it.

Every event is kept as the bytes that were posted, because results echo it exactly; what detection needs of it is
read into an `Interaction` beside it. Where a key stands twice in an object, the last one counts.
"""

from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple

import msgspec

from indicia.base.errors import AppError
from indicia.detection.model import Action, Interaction
from indicia.domains.model import InvalidDomainError
from indicia.domains.names import canonical_domain

MOST_EVENTS = 500
MOST_EXTRA_BYTES = 4096
LONGEST_TEXT = 8192
LONGEST_ID = 1024
# 2100-01-01: what lies beyond in seconds is taken for milliseconds, and refused if it is neither.
_LATEST_SECONDS = 4_102_444_800.0
_TIMES = ("ts", "message_ts", "delivered_ts")
_IDS = ("event_id", "recipient_id", "message_id", "link_id")


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


class _Batch(msgspec.Struct):
    events: list[msgspec.Raw] | None = None
    webhook_url: str | None = None
    explain: bool = False


# What is ours or steers the request, and so does not count as a caller's own attribute.
_KNOWN = frozenset(_Event.__struct_fields__) | {"webhook_url", "explain"}
_event_decoder = msgspec.json.Decoder(_Event)
_batch_decoder = msgspec.json.Decoder(_Batch)
_members_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_batch(body: bytes) -> Posted:
    """Read a JSON batch.

    Raises:
        InvalidRequestError: Anything in it is wrong; every bad event is named.
    """
    try:
        body.decode()
        batch = _batch_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequestError([_decoding_problem(error)]) from error
    problems = []
    if batch.events is None:
        problems.append("events: is required, an array of 1 to 500 events")
    elif not 1 <= len(batch.events) <= MOST_EVENTS:
        problems.append(f"events: must hold 1 to {MOST_EVENTS} events, not {len(batch.events)}")
    if not batch.webhook_url:
        problems.append("webhook_url: is required, the URL to which results are posted")
    if problems or batch.events is None:
        raise InvalidRequestError(problems)
    interactions = []
    for position, raw in enumerate(batch.events):
        interaction, faults = read_event(raw, is_single=False)
        interactions.append(interaction)
        problems.extend(f"events[{position}].{fault}" for fault in faults)
    if problems:
        raise InvalidRequestError(problems)
    return Posted(batch.events, interactions, batch.webhook_url, batch.explain, is_single=False)


def read_single(fields: dict[str, object]) -> Posted:
    """Read one interaction from named values, as a form or a flat JSON object gives them.

    Raises:
        InvalidRequestError: Anything in it is wrong.
    """
    explain = fields.get("explain") in (True, 1, "true", "yes", "1")
    webhook_url = fields.get("webhook_url")
    problems = [] if webhook_url is None or isinstance(webhook_url, str) else ["webhook_url: must be a string"]
    raw = msgspec.Raw(msgspec.json.encode(fields, order="sorted"))
    interaction, faults = read_event(raw, is_single=True)
    if problems + faults:
        raise InvalidRequestError(problems + faults)
    url = webhook_url if isinstance(webhook_url, str) and webhook_url else None
    return Posted([raw], [interaction], url, explain, is_single=True)


def read_event(raw: msgspec.Raw | bytes, *, is_single: bool) -> tuple[Interaction, list[str]]:
    """Read one posted event; answer what could be read of it and its faults, each as `field: why`."""
    try:
        event = _event_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Interaction(), [_decoding_problem(error)]
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


def _identifier(value: str | int | None) -> str | None:
    return None if value is None or value == "" else str(value)


def _address(text: str | None, faults: list[str]) -> str | None:
    if not text:
        return None
    canonical = canonical_address(text)
    if canonical is None:
        faults.append("ip: not an IP address")
    return canonical


@lru_cache(maxsize=65_536)
def canonical_address(text: str) -> str | None:
    """Answer an address in its one written form, IPv4-mapped IPv6 as IPv4; None where it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if address.version == 6:
        if address.scope_id is not None:
            return None
        return str(address.ipv4_mapped or address)
    return str(address)


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


def _decoding_problem(error: Exception) -> str:
    """Put msgspec's words into the form `field: why`."""
    if isinstance(error, RecursionError):
        return "body: is nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        why, _, path = str(error).partition(" - at `$")
        field = path.rstrip("`").lstrip(".") or "body"
        return f"{field}: {why[:1].lower()}{why[1:].replace('`', '')}"
    return "body: not valid JSON in UTF-8"
