"""Turns verdicts on hits into the events that customers get, and into statistics."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from indicia.datasets.model import AgentKind, UserAgent
from indicia.datasets.registry import Datasets
from indicia.detection.listening import Consequence
from indicia.detection.model import Category
from indicia.detection.results import Judged
from indicia.detection.store import StoredRequest
from indicia.events.log import EventLog
from indicia.events.model import Event, EventType
from indicia.messages.event_data import event_about
from indicia.messages.model import Message, Recipient
from indicia.messages.store import copies_of_rows
from indicia.storage.database import Database, Steps
from indicia.tracking import store
from indicia.tracking.model import BotEvents, Hit, HitKind
from indicia.tracking.statistics.results import HitCount, count_hits
from indicia.tracking.store import StoredHit

_TYPES = {HitKind.OPEN: EventType.OPENED, HitKind.CLICK: EventType.CLICKED}
_BOT_TYPES = {HitKind.OPEN: EventType.BOT_OPENED, HitKind.CLICK: EventType.BOT_CLICKED}
# Mailgun's words for them; everything else is `generic`.
_BOTS = {Category.PRIVACY_PROXY: "apple", Category.MAIL_PREFETCH: "gmail"}
_PROGRAMS = frozenset({AgentKind.LIBRARY, AgentKind.HEADLESS, AgentKind.CRAWLER, AgentKind.SECURITY_SCANNER})
_MAIL_AGENTS = frozenset({AgentKind.MAIL_CLIENT, AgentKind.IMAGE_PROXY, AgentKind.MAIL_PRIVACY})
_NAMES = {
    "chromeos": "ChromeOS",
    "ios": "iOS",
    "macos": "macOS",
    "mobile_safari": "Mobile Safari",
}


class _Explained(msgspec.Struct):
    category: Category = Category.UNKNOWN_BOT


_explained = msgspec.json.Decoder(_Explained).decode


class _Judged(NamedTuple):
    """A hit with its copy and its verdict; `was_bot` is the verdict before, None the first time."""

    stored: StoredHit
    message: Message
    recipient: Recipient
    outcome: Judged

    @property
    def is_first(self) -> bool:
        return self.stored.is_bot is None


class Reporting:
    """Listens to detection's verdicts on hits."""

    def __init__(self, database: Database, events: EventLog, datasets: Datasets) -> None:
        self._database = database
        self._events = events
        self._datasets = datasets

    async def follow(self, request: StoredRequest, outcomes: Mapping[int, Judged]) -> Consequence | None:
        """Answer what follows from these verdicts for our own mail; None where they are about other mail.

        Raises:
            StorageError: What they are about cannot be read.
        """
        hits = await store.hits_of_request(self._database, request.id)
        judged = await self._judged({position: hits[position] for position in outcomes if position in hits}, outcomes)
        if not judged:
            return None
        settings = await store.settings_of(self._database, request.domain_id)
        events = [
            event for one in judged if one.is_first and (event := self._event(one, settings.bot_events)) is not None
        ]
        return Consequence(self._steps(judged, events), self._events.announce)

    async def _judged(self, hits: Mapping[int, StoredHit], outcomes: Mapping[int, Judged]) -> list[_Judged]:
        rows = sorted({stored.hit.recipient_id for stored in hits.values()})
        copies = await copies_of_rows(self._database, rows)
        return [
            _Judged(stored, *copies[stored.hit.recipient_id], outcomes[position])
            for position, stored in sorted(hits.items())
            if stored.hit.recipient_id in copies
        ]

    def _steps(self, judged: list[_Judged], events: list[Event]) -> Steps[None]:
        yield from store.judge_hits([(one.stored.id, one.outcome.is_bot) for one in judged])
        yield from count_hits([_count(one) for one in judged])
        if events:
            yield from self._events.append(events)

    def _event(self, one: _Judged, bot_events: BotEvents) -> Event | None:
        hit, is_bot = one.stored.hit, one.outcome.is_bot
        if is_bot and bot_events is BotEvents.DROP:
            return None
        types = _BOT_TYPES if is_bot and bot_events is BotEvents.SEPARATE else _TYPES
        details: dict[str, object] = {
            "client-info": self._client_info(hit, one.outcome),
            "geolocation": self._geolocation(hit.ip),
            "ip": hit.ip,
        }
        if hit.kind is HitKind.CLICK:
            details["url"] = hit.url
            details["link"] = {"class": hit.link_class, "index": hit.link_number}
        # The event has the id of its interaction, so customers can say of it what they know (`/bot/labels`).
        uid = one.stored.event_id
        return event_about(one.message, one.recipient, types[hit.kind], hit.happened_at, details, uid=uid)

    def _client_info(self, hit: Hit, outcome: Judged) -> dict[str, object]:
        agent = self._datasets.user_agents.read(hit.uas)
        return {
            "bot": _bot(outcome),
            "client-name": _name(agent.family or agent.name),
            "client-os": _name(agent.os or ""),
            "client-type": _client_type(agent),
            "device-type": _device_type(agent),
            "suspected-bot": outcome.is_bot,
            "user-agent": hit.uas,
        }

    def _geolocation(self, ip: str) -> dict[str, object]:
        # The data that we may ship knows countries; the other fields are there for who reads them without asking.
        country = self._datasets.ip_ranges.country_of(ip) or ""
        return {"city": "Unknown", "country": country, "country_code": country, "region": "Unknown"}


def _count(one: _Judged) -> HitCount:
    # The first verdict counts the hit; a later one only moves it from people to machines or back.
    was_human = one.stored.is_bot is False
    return HitCount(
        domain_id=one.message.domain_id,
        message_id=one.message.message_id,
        recipient=one.recipient.address,
        kind=one.stored.hit.kind,
        raw=int(one.is_first),
        human=int(not one.outcome.is_bot) - int(was_human),
        sent_at=one.message.submitted_at,
    )


def _bot(outcome: Judged) -> str:
    if not outcome.is_bot:
        return ""
    explained = _explained(outcome.verdict) if outcome.verdict is not None else _Explained()
    return _BOTS.get(explained.category, "generic")


def _name(slug: str) -> str:
    """Write a slug as people know it."""
    return _NAMES.get(slug, slug.replace("_", " ").title()) or "unknown"


def _client_type(agent: UserAgent) -> str:
    if agent.kind is AgentKind.BROWSER:
        return "mobile browser" if agent.is_mobile else "browser"
    if agent.kind in _MAIL_AGENTS:
        return "email client"
    return "robot" if agent.kind in _PROGRAMS else "unknown"


def _device_type(agent: UserAgent) -> str:
    if agent.is_mobile:
        return "mobile"
    return "desktop" if agent.kind in {AgentKind.BROWSER, AgentKind.MAIL_CLIENT} else "unknown"
