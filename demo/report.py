"""Print verdicts with their reasons, scene by scene, beside who was really there."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from campaign import Scene
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_REASONS = 2


def report(console: Console, scenes: Iterable[Scene], judged: Mapping[str, dict[str, Any]]) -> int:
    """Print a row for all neighbours that were judged for the same reasons; answer how many events were misjudged.

    `judged` holds the webhook's events by their `event_id`.
    """
    misjudged = 0
    for scene in scenes:
        events = [judged[event["event_id"]] for event in scene.events]
        misjudged += sum(event["is_bot"] is not scene.is_bot for event in events)
        console.print(f"\n[bold]{scene.name}[/]  {escape(scene.story)}")
        table = Table(box=None, show_header=False, padding=(0, 1), expand=True)
        for column, width in (("events", 30), ("verdict", 18), ("probability", 4)):
            table.add_column(column, width=width, justify="right" if column == "probability" else "left")
        table.add_column("reasons", overflow="fold", ratio=1)
        for _, alike in groupby(events, key=_reasons):
            table.add_row(*_row(list(alike), is_bot=scene.is_bot))
        console.print(table)
    return misjudged


def _row(events: Sequence[dict[str, Any]], *, is_bot: bool) -> tuple[str, ...]:
    first, verdict = events[0], events[0]["verdict"]
    is_right = first["is_bot"] is is_bot
    colour = "red" if not is_right else "yellow" if is_bot else "green"
    category = verdict["category"].replace("_", " ")
    because = "\n".join(f"{item['weight']:+.1f} {escape(item['because'])}" for item in _speaking(first))
    return (
        _who(events),
        f"[{colour}]{'✓' if is_right else '✗'} {category}",
        f"{verdict['probability']:.0%}",
        because,
    )


def _who(events: Sequence[dict[str, Any]]) -> str:
    act = "open" if events[0]["action"] == "open" else "click"
    people = len({event["recipient_id"] for event in events})
    who = events[0]["recipient_id"] if people == 1 else f"{people} recipients"
    times = "" if len(events) == 1 else f"{len(events)} "
    return f"{times}{act}{'s' if times else ''}, {who}"


def _reasons(event: dict[str, Any]) -> tuple[bool, tuple[str, ...]]:
    return event["is_bot"], tuple(item["signal"] for item in _speaking(event))


def _speaking(event: dict[str, Any]) -> list[dict[str, Any]]:
    """Answer the strongest reasons for the verdict; those of the losing side would only confuse."""
    return [item for item in event["verdict"]["evidence"] if (item["weight"] > 0) is event["is_bot"]][:_REASONS]
