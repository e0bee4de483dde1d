"""Tells an engine a story of interactions, in as much detail as a customer posts, and collects the verdicts."""

from collections.abc import Mapping, Sequence
from enum import Enum

import msgspec

from indicia.datasets.model import MailProvider
from indicia.detection.engine import Engine
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.model import Action, Honeypot, Interaction, Scope, Verdict
from indicia.detection.options import DetectionOptions
from tests.doubles.datasets import FakeDatasets

SENT = 1_795_410_000.0
HOUR = 3600.0
SCOPE = Scope(account_id=1, domain_id=1)
OPEN, CLICK = Action.OPEN, Action.CLICK


class Detail(Enum):
    """How much of each interaction is posted."""

    FULL = "full"
    DOCUMENTED = "documented"
    BARE = "bare"

    def reduce(self, interaction: Interaction) -> Interaction:
        if self is Detail.FULL:
            return interaction
        if self is Detail.BARE:
            return Interaction(event_id=interaction.event_id, ip=interaction.ip, uas=interaction.uas)
        return msgspec.structs.replace(
            interaction,
            ts=None if interaction.ts is None else float(int(interaction.ts)),
            link_id=None,
            url=None,
            method=None,
            headers=None,
            delivered_ts=None,
        )


def touch(
    ip: str,
    uas: str,
    after: float,
    *,
    action: Action = CLICK,
    recipient: str = "r1",
    message: str = "m1",
    domain: str = "firm.test",
    **more: object,
) -> Interaction:
    """Make one interaction that comes `after` seconds after its mail."""
    touch.count = getattr(touch, "count", 0) + 1  # type: ignore[attr-defined]
    return Interaction(
        event_id=f"e{touch.count}",  # type: ignore[attr-defined]
        ip=ip,
        uas=uas,
        action=action,
        recipient_id=recipient,
        message_id=message,
        domain=domain,
        ts=SENT + after,
        message_ts=SENT,
        delivered_ts=SENT,
        **more,  # type: ignore[arg-type]
    )


def tell(
    interactions: Sequence[Interaction],
    *,
    detail: Detail = Detail.FULL,
    honeypots: Sequence[Honeypot] = (),
    mx: Mapping[str, MailProvider] | None = None,
    knowledge: Knowledge | None = None,
) -> list[Verdict]:
    """Judge a whole story at once, a day after it happened, knowing what was learned before."""
    now = SENT + (60.0 if honeypots else 24 * HOUR)
    engine = Engine(FakeDatasets(), DetectionOptions(), lambda: now)  # type: ignore[arg-type]
    engine.learn(knowledge or Knowledge())
    posted = [detail.reduce(interaction) for interaction in interactions]
    for visit in honeypots:
        engine.visit(visit)
    engine.observe(SCOPE, posted, now)
    return engine.judge(SCOPE, posted, now, mx or {})


def why(verdict: Verdict) -> str:
    """Say a verdict in one line, for the message of a failed assertion."""
    reasons = ", ".join(f"{one.signal} {one.weight:+.1f}" for one in verdict.evidence)
    return f"{'bot' if verdict.is_bot else 'human'} {verdict.probability:.2f}: {reasons}"
