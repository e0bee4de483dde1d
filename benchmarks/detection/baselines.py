"""Published detection rules, re-implemented as their makers describe them, to be measured on the same events.

Each is a pure function from all events and honeypot visits, in order of time, to one verdict per event. A rule that
needs a field which the events lack says "human". Marks are those of `README.md`.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import crawleruseragents  # type: ignore[import-untyped]
import iporigin

Event = Mapping[str, Any]
Judge = Callable[[Sequence[Event], Sequence[Event]], Sequence[bool]]
"""Given events and honeypot visits, says for each event whether a bot did it."""

# Java/Python libraries, XP and Vista, Internet Explorer on a Mac [trend-pi].
_PHISH_INSIGHT_AGENTS = re.compile(r"\b(?:java|python)|Windows NT (?:5\.|6\.0)|MSIE[^)]*Macintosh", re.IGNORECASE)


@functools.lru_cache(maxsize=100_000)
def is_listed_agent(uas: str) -> bool:
    """Say whether the public crawler list knows a User-Agent, as it ships: image proxies count as crawlers there."""
    return bool(crawleruseragents.is_crawler(uas))


@functools.lru_cache(maxsize=1_000_000)
def is_hosting(ip: str) -> bool:
    """Say whether a public list calls an address a data centre, a CDN or a VPN."""
    found = iporigin.classify(ip)  # type: ignore[no-untyped-call]
    return found is not None and found.kind in ("hosting", "cdn", "vpn")


def ua_list(events: Sequence[Event], _honeypots: Sequence[Event]) -> list[bool]:
    """A bot is whose User-Agent is on the public list (the IAB rule of Marketo and others)."""
    return [is_listed_agent(event["uas"]) for event in events]


def hosting_network(events: Sequence[Event], _honeypots: Sequence[Event]) -> list[bool]:
    """A bot is who comes from a data centre (the optional code 11 of Omeda)."""
    return [is_hosting(event["ip"]) for event in events]


def quick_click(events: Sequence[Event], _honeypots: Sequence[Event]) -> list[bool]:
    """A bot is who clicks within 60 seconds of sending (a folk rule [genetrix, upsales])."""
    return [event.get("action") == "click" and _delay(event) < 60 for event in events]


def mautic(events: Sequence[Event], _honeypots: Sequence[Event]) -> list[bool]:
    """A bot is whom two of three give away: under 2 s after sending, the IP list, the UA list [mau16263, acq]."""
    return [(_delay(event) < 2) + is_hosting(event["ip"]) + is_listed_agent(event["uas"]) >= 2 for event in events]


def lemlist(events: Sequence[Event], _honeypots: Sequence[Event]) -> list[bool]:
    """A bot is who opens or clicks within 5 s, or clicks within 9 s of an open [lem]."""
    verdicts, opened_at = [], {}
    for event in events:
        key, verdict = _message(event), _delay(event) < 5
        if key is not None and event["action"] == "open":
            opened_at[key] = event["ts"]
        elif key in opened_at:
            verdict = verdict or event["ts"] - opened_at[key] < 9
        verdicts.append(verdict)
    return verdicts


def marketo_proximity(events: Sequence[Event], _honeypots: Sequence[Event]) -> list[bool]:
    """A bot is who does more than two different things with one message in 3 s, whatever the address [mkt1-4].

    The window is configurable from 0 to 3 s; the widest is the strongest. Exact repeats do not count.
    """
    return _crowded(events, _message, window=3, more_than=2)


def spotler(events: Sequence[Event], honeypots: Sequence[Event]) -> list[bool]:
    """A bot is who took the hidden link (same IP and UA), or clicks 100 ms apart, or before delivery [spotler1-3]."""
    trapped = {(hit["ip"], hit["uas"]) for hit in honeypots}
    rushed = _crowded(_clicks(events), _message, window=0.1, more_than=1)
    verdicts = dict(zip((event["event_id"] for event in _clicks(events)), rushed, strict=True))
    return [
        (event["ip"], event["uas"]) in trapped
        or verdicts.get(event["event_id"], False)
        or event.get("ts", 0) < event.get("delivered_ts", 0)
        for event in events
    ]


def phish_insight(events: Sequence[Event], honeypots: Sequence[Event]) -> list[bool]:
    """A bot is who clicks more than 3 times in 3 s, whose IP served more than 2 users, or who looks odd [trend-pi]."""
    trapped = {(hit["ip"], hit["uas"]) for hit in honeypots}
    recipients = defaultdict(set)
    for event in events:
        recipients[event["ip"]].add(event.get("recipient_id"))
    rushed = _crowded(_clicks(events), _message, window=3, more_than=3)
    verdicts = dict(zip((event["event_id"] for event in _clicks(events)), rushed, strict=True))
    return [
        verdicts.get(event["event_id"], False)
        or len(recipients[event["ip"]]) > 2
        or (event["ip"], event["uas"]) in trapped
        or _PHISH_INSIGHT_AGENTS.search(event["uas"]) is not None
        for event in events
    ]


BASELINES: Mapping[str, Judge] = {
    "UA list": ua_list,
    "hosting network": hosting_network,
    "click < 60 s": quick_click,
    "Mautic 2 of 3": mautic,
    "lemlist": lemlist,
    "Marketo proximity": marketo_proximity,
    "Spotler": spotler,
    "Phish Insight": phish_insight,
}


def _clicks(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if event.get("action") == "click"]


def _delay(event: Event) -> float:
    """Seconds from sending to the event; infinite where the times are not told."""
    if "ts" not in event or "message_ts" not in event:
        return float("inf")
    return float(event["ts"] - event["message_ts"])


def _message(event: Event) -> Hashable:
    """Tell one recipient's copy of a message from all others; None where the event does not say."""
    if "recipient_id" not in event or "message_id" not in event or "ts" not in event:
        return None
    return event["recipient_id"], event["message_id"]


def _crowded(events: Sequence[Event], key: Callable[[Event], Hashable], *, window: float, more_than: int) -> list[bool]:
    """Flag events that lie in a window of time with more than so many different activities of the same key."""
    groups = defaultdict(list)
    for place, event in enumerate(events):
        if key(event) is not None:
            groups[key(event)].append(place)
    flagged = [False] * len(events)
    for places in groups.values():
        first = 0
        for last, place in enumerate(places):
            while events[place]["ts"] - events[places[first]]["ts"] > window:
                first += 1
            span = places[first : last + 1]
            if len({_activity(events[each]) for each in span}) > more_than:
                for each in span:
                    flagged[each] = True
    return flagged


def _activity(event: Event) -> Hashable:
    """Name what was done, so that repeats can be told; without a link every click is its own."""
    return event["action"], event.get("link_id") or event["event_id"]
