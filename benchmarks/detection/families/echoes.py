"""Machines that react to a person's click: endpoint antivirus, time-of-click checks and link previews."""

from collections.abc import Callable, Iterator
from random import Random

from benchmarks.detection import parameters
from benchmarks.detection.stage import Act, Family, Interaction, Part, Stage, Story, Visitor
from benchmarks.detection.sweeping import Fleet

_DUPLICATE_POOLS = ("kaspersky", "bitdefender", "eset", "hosting")

Echo = Callable[[Interaction], tuple[Visitor, float]]
"""Answers who repeats a click, and how many seconds after it (negative: before)."""


def _echoing(prepare: Callable[[Stage, Random], Echo]) -> Callable[[Stage, Part], Iterator[Story]]:
    """Tell one story per repeated click."""

    def play(stage: Stage, part: Part) -> Iterator[Story]:
        echo = prepare(stage, part.rng)
        while True:
            click = part.rng.choice(stage.clicks)
            visitor, after = echo(click)
            at = max(click.at + after, click.delivery.sent_at + 1)
            yield [Interaction(part.family.name, click.delivery, visitor, "click", at, click.link)]

    return play


def _endpoint_refetch(stage: Stage, rng: Random) -> Echo:
    fleet = Fleet(("trend-micro",), addresses=40, declared="endpoint_refetch").muster(stage, rng)

    def echo(_click: Interaction) -> tuple[Visitor, float]:
        before = rng.random() < parameters.REFETCH_FIRST_SHARE
        after = -rng.uniform(*parameters.REFETCH_FIRST) if before else parameters.REFETCH_AFTER.draw(rng)
        return fleet.visitor(rng), after

    return echo


def _antivirus_duplicate(stage: Stage, rng: Random) -> Echo:
    fleet = Fleet(_DUPLICATE_POOLS, addresses=60, prefixes=30, agents=8).muster(stage, rng)

    def echo(_click: Interaction) -> tuple[Visitor, float]:
        first = rng.random() < parameters.DUPLICATE_FIRST_SHARE
        after = -rng.uniform(*parameters.DUPLICATE_FIRST) if first else parameters.DUPLICATE_AFTER.draw(rng)
        return fleet.visitor(rng), after

    return echo


def _click_time_detonation(stage: Stage, rng: Random) -> Echo:
    fleet = Fleet(("microsoft-eop", "microsoft-field", "azure"), addresses=60, prefixes=30).muster(stage, rng)
    return lambda _click: (fleet.visitor(rng), rng.uniform(*parameters.CLICK_TIME_SCAN))


def _link_preview(stage: Stage, rng: Random) -> Echo:
    previews = stage.agents.placed("link_preview")

    def echo(click: Interaction) -> tuple[Visitor, float]:
        pool, uas = rng.choice(previews)
        # Messengers on a phone fetch the preview themselves, from the person's own network.
        ip = click.visitor.ip if pool == "person" else stage.networks.addresses(rng, (pool,), 1)[0]
        return Visitor(ip, uas), parameters.PREVIEW_AFTER.draw(rng)

    return echo


ECHOES = (
    Family(
        "endpoint_refetch", True, Act.AFTERMATH, ("click",),
        "Trend Micro's endpoint product fetches each link again that its user visits, seconds to hours"
        " later, seldom before.",
        ("trend1-4",), 0.006, _echoing(_endpoint_refetch),
    ),
    Family(
        "antivirus_duplicate", True, Act.AFTERMATH, ("click",),
        "An antivirus vendor repeats the person's click from its own network, a few seconds apart, and"
        " sometimes comes first.",
        ("resend", "evalanche"), 0.006, _echoing(_antivirus_duplicate),
    ),
    Family(
        "click_time_detonation", True, Act.AFTERMATH, ("click",),
        "Safe Links fetches the link within seconds of the user's click.", ("thomask", "msdocs1", "warmbly412"), 0.006,
        _echoing(_click_time_detonation),
    ),
    Family(
        "link_preview", True, Act.AFTERMATH, ("click",),
        "A reader shares the link; Slack, WhatsApp, Teams and others draw a preview of"
        " it.", ("notes", "gophish499"), 0.005,
        _echoing(_link_preview),
    ),
)  # fmt: skip
