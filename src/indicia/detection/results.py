"""Compose the bytes in which verdicts go out: polled results and webhook payloads.

The posted events are spliced in as they came, so a client finds its numbers, its escapes and its order untouched.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from indicia.detection.model import Evidence, Verdict

_members_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Judged(msgspec.Struct, array_like=True, gc=False):
    """One event's verdict as stored; `verdict` holds its JSON where the request asked for it."""

    is_bot: bool
    verdict: bytes | None = None


class Batch(NamedTuple):
    """What a webhook's `batch` object says; times are unix seconds, `revised_at` is None for first verdicts."""

    id: str
    domain: str
    created_at: float
    completed_at: float
    revised_at: float | None = None


def judged(verdict: Verdict, *, explain: bool) -> Judged:
    """Keep of a verdict what its request asked for."""
    return Judged(verdict.is_bot, _explanation(verdict) if explain else None)


def single_result(event: msgspec.Raw, outcome: Judged, revised_at: float | None = None) -> bytes:
    """Write what polling a single interaction answers: `{"is_bot", "request"}`, and `verdict` if asked for."""
    parts = [b'{"is_bot":', _boolean(outcome.is_bot), b',"request":', bytes(event)]
    if outcome.verdict is not None:
        parts += [b',"verdict":', outcome.verdict]
    if revised_at is not None:
        parts += [b',"revised_at":%d' % revised_at]
    return b"".join([*parts, b"}"])


def batch_result(batch: Batch, events: Sequence[msgspec.Raw], outcomes: Sequence[Judged]) -> bytes:
    """Write `{"batch", "events"}`: what polling a batch answers, and what a webhook carries besides its signature."""
    return b'{"batch":%b,"events":[%b]}' % (_described(batch, outcomes), _echoed(zip(events, outcomes, strict=True)))


def revision(batch: Batch, changed: Sequence[tuple[msgspec.Raw, Judged]], outcomes: Sequence[Judged]) -> bytes:
    """Write what the webhook of a revision carries: the events whose verdict changed, and the batch's new counts."""
    return b'{"batch":%b,"events":[%b],"type":"batch.revised"}' % (_described(batch, outcomes), _echoed(changed))


def _described(batch: Batch, outcomes: Sequence[Judged]) -> bytes:
    described = {
        "bots": sum(outcome.is_bot for outcome in outcomes),
        "completed_at": int(batch.completed_at),
        "created_at": int(batch.created_at),
        "domain": batch.domain,
        "events": len(outcomes),
        "id": batch.id,
    }
    if batch.revised_at is not None:
        described["revised_at"] = int(batch.revised_at)
    return msgspec.json.encode(described)


def _echoed(judged_events: Iterable[tuple[msgspec.Raw, Judged]]) -> bytes:
    return b",".join(_echo(event, outcome) for event, outcome in judged_events)


def _echo(event: msgspec.Raw, outcome: Judged) -> bytes:
    """Add the verdict to a posted object; a caller's own attribute of that name gives way to it."""
    posted = bytes(event)
    added = b'"is_bot":' + _boolean(outcome.is_bot)
    if outcome.verdict is not None:
        added += b',"verdict":' + outcome.verdict
    # A key may be written with escapes, so only reading tells whether the event really has such a member.
    if b'"is_bot"' in posted or b'"verdict"' in posted or b"\\u" in posted:
        replaced = {"is_bot"} if outcome.verdict is None else {"is_bot", "verdict"}
        members = _members_decoder.decode(event)
        if not replaced.isdisjoint(members):
            posted = msgspec.json.encode({name: value for name, value in members.items() if name not in replaced})
    body = posted[:-1].rstrip()
    separator = b"" if body == b"{" else b","
    return body + separator + added + b"}"


def _explanation(verdict: Verdict) -> bytes:
    evidence = [described(item) for item in verdict.evidence]
    return msgspec.json.encode(
        {"category": verdict.category, "evidence": evidence, "probability": round(verdict.probability, 6)}
    )


def described(evidence: Evidence) -> dict[str, object]:
    """Describe a piece of evidence to whoever asked why; `uncapped` says where a cap took something off."""
    members: dict[str, object] = {
        "because": evidence.because,
        "signal": evidence.signal,
        "weight": round(evidence.weight, 3),
    }
    if evidence.uncapped is not None:
        members["uncapped"] = round(evidence.uncapped, 3)
    return members


def _boolean(value: bool) -> bytes:  # noqa: FBT001
    return b"true" if value else b"false"
