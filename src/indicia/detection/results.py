"""Compose the bytes in which verdicts go out: polled results and webhook payloads.

The posted events are spliced in as they came, so a client finds its numbers, its escapes and its order untouched.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from indicia.detection.model import Verdict

_members_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Judged(msgspec.Struct, array_like=True, gc=False):
    """One event's verdict as stored; `verdict` holds its JSON where the request asked for it."""

    is_bot: bool
    verdict: bytes | None = None


class Batch(NamedTuple):
    """What a webhook's `batch` object says; times are unix seconds."""

    id: str
    domain: str
    created_at: float
    completed_at: float


def judged(verdict: Verdict, *, explain: bool) -> Judged:
    """Keep of a verdict what its request asked for."""
    return Judged(verdict.is_bot, _explanation(verdict) if explain else None)


def single_result(event: msgspec.Raw, outcome: Judged) -> bytes:
    """Write what polling a single interaction answers: `{"is_bot", "request"}`, and `verdict` if asked for."""
    parts = [b'{"is_bot":', _boolean(outcome.is_bot), b',"request":', bytes(event)]
    if outcome.verdict is not None:
        parts += [b',"verdict":', outcome.verdict]
    return b"".join([*parts, b"}"])


def batch_result(batch: Batch, events: Sequence[msgspec.Raw], outcomes: Sequence[Judged]) -> bytes:
    """Write `{"batch", "events"}`: what polling a batch answers, and what a webhook carries besides its signature."""
    described = {
        "bots": sum(outcome.is_bot for outcome in outcomes),
        "completed_at": int(batch.completed_at),
        "created_at": int(batch.created_at),
        "domain": batch.domain,
        "events": len(events),
        "id": batch.id,
    }
    echoed = b",".join(_echo(event, outcome) for event, outcome in zip(events, outcomes, strict=True))
    return b'{"batch":%b,"events":[%b]}' % (msgspec.json.encode(described), echoed)


def _echo(event: msgspec.Raw, outcome: Judged) -> bytes:
    """Add the verdict to a posted object; a caller's own attribute of that name gives way to it."""
    posted = bytes(event)
    added = b'"is_bot":' + _boolean(outcome.is_bot)
    if outcome.verdict is not None:
        added += b',"verdict":' + outcome.verdict
    # A key may be written with escapes, so anything but plain text is read member by member.
    if b'"is_bot"' in posted or b'"verdict"' in posted or b"\\u" in posted:
        replaced = {"is_bot"} if outcome.verdict is None else {"is_bot", "verdict"}
        kept = {name: value for name, value in _members_decoder.decode(event).items() if name not in replaced}
        posted = msgspec.json.encode(kept)
    body = posted[:-1].rstrip()
    separator = b"" if body == b"{" else b","
    return body + separator + added + b"}"


def _explanation(verdict: Verdict) -> bytes:
    evidence = [
        {"because": item.because, "signal": item.signal, "weight": round(item.weight, 3)} for item in verdict.evidence
    ]
    return msgspec.json.encode(
        {"category": verdict.category, "evidence": evidence, "probability": round(verdict.probability, 6)}
    )


def _boolean(value: bool) -> bytes:  # noqa: FBT001
    return b"true" if value else b"false"
