"""Read `campaign.toml`, and put real addresses, current browsers and today's times into it."""

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from ipaddress import ip_network
from pathlib import Path
from random import Random
from typing import Any

_DATA = resources.files("indicia.datasets") / "data"
_OF_ONE_EVENT = ("ip", "agent", "recipient", "action", "link", "after")


@dataclass(frozen=True, slots=True)
class Scene:
    """Events of one kind, and who was there.

    Attributes:
        events: As they are posted.
        honeypot: The first event's, where its client follows the hidden link of the mail as well.
    """

    name: str
    story: str
    is_bot: bool
    events: list[dict[str, Any]]
    honeypot: dict[str, Any] | None


def read_campaign(path: Path, now: float) -> tuple[str, list[Scene]]:
    """Read the sending domain and the scenes, as if the demo's mails had been sent shortly before `now`."""
    campaign = tomllib.loads(path.read_text("utf-8"))
    versions = _newest_versions(datetime.fromtimestamp(now, UTC).date())
    agents = {name: text.format_map(versions) for name, text in campaign["agents"].items()}
    return campaign["sender"], [_scene(scene, agents, now) for scene in campaign["scene"]]


def _scene(scene: dict[str, Any], agents: dict[str, str], now: float) -> Scene:
    shared = {name: scene[name] for name in _OF_ONE_EVENT if name in scene}
    sent_at = round(now - scene["sent_seconds_ago"], 3)
    events = [
        _event(f"{scene['name']} {number}", shared | event, agents, sent_at)
        for number, event in enumerate(scene["events"], start=1)
    ]
    honeypot = events[0] if scene.get("visits_honeypot") else None
    return Scene(scene["name"], scene["story"], scene["is_bot"], events, honeypot)


def _event(event_id: str, written: dict[str, Any], agents: dict[str, str], sent_at: float) -> dict[str, Any]:
    recipient: str = written["recipient"]
    event = {
        "event_id": event_id,
        "ip": _address(written["ip"]),
        "uas": agents[written["agent"]],
        "action": written.get("action", "click"),
        "domain": recipient.partition("@")[2],
        "recipient_id": recipient,
        "message_id": f"autumn.{recipient.replace('@', '.')}",
        "ts": round(sent_at + written["after"], 3),
        "message_ts": sent_at,
    }
    if "link" in written:
        event["link_id"] = written["link"]
    return event


def _address(written: str) -> str:
    """Answer an address as written, or draw the one that `list#number` stands for."""
    name, marked, _ = written.partition("#")
    if not marked:
        return written
    lines = (_DATA / "networks" / f"{name}.txt").read_text("utf-8").splitlines()
    # IPv4 alone, which is easier on the eye.
    prefixes = [line.partition(" ")[0] for line in lines if line[:1].isdigit() and "." in line]
    # The same address in every run on the same data sets.
    draw = Random(written)  # noqa: S311
    network = ip_network(draw.choice(prefixes))
    return str(network[draw.randrange(network.num_addresses)])


def _newest_versions(today: date) -> dict[str, int]:
    releases: dict[str, dict[str, str]] = json.loads((_DATA / "browser-releases.json").read_text("utf-8"))
    return {
        family: max((int(major) for major, day in majors.items() if day <= today.isoformat()), default=0)
        for family, majors in releases.items()
    }
