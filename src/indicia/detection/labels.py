"""What customers know about events: who replied, bought or logged in is a person, whatever the click looked like.

Labels are stored at once and learned from in the background. Who buys or replies days later has no stored event any
more, so a label may bring its own: the event as it was posted. Without it the event is looked for in the domain's
stored requests, by reading them. An index of all event ids would cost more than everything else that a request writes,
and keeping addresses for a month on account of the few events that get labels would serve nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum

import msgspec

from indicia.base.clock import Clock
from indicia.base.unreadable_json import UNREADABLE, problem_of
from indicia.detection.learning.model import Facts, Label, LabelState, PendingLabel, ReportedLabel
from indicia.detection.learning.store import add_labels, latest_labels
from indicia.detection.model import Interaction
from indicia.detection.posted import LONGEST_ID, InvalidRequestError, read_event
from indicia.detection.store import requests_of_domain
from indicia.domains.model import Domain
from indicia.storage.database import Database

MOST_LABELS = 500
LONGEST_REASON = 100
_PAGE = 20


class _Posted(msgspec.Struct):
    labels: list[msgspec.Raw] | None = None


class _PostedLabel(msgspec.Struct):
    event_id: str | int | None = None
    label: str | None = None
    reason: str | None = None
    event: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _PostedFacts(msgspec.Struct, omit_defaults=True):
    event_id: str | int | None = None
    ip: str | None = None
    uas: str | None = None
    domain: str | None = None
    recipient_id: str | int | None = None
    ts: float | str | None = None


_posted_decoder = msgspec.json.Decoder(_Posted)
_label_decoder = msgspec.json.Decoder(_PostedLabel)
_facts_decoder = msgspec.json.Decoder(_PostedFacts)


class Labels:
    """The labels of all domains."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def accept(self, domain: Domain, body: bytes) -> int:
        """Store the labels in a JSON body to be learned from; answer how many they are once that is durable.

        A label that was learned from already changes nothing.

        Raises:
            InvalidRequestError: Anything in it is wrong; every bad label is named, nothing is stored.
        """
        labels = read_labels(body)
        await self._database.run(add_labels(domain.id, labels, self._clock()))
        return len(labels)

    async def latest(self, domain: Domain, state: LabelState | None, limit: int) -> Sequence[ReportedLabel]:
        """Answer the labels that were reported last, and what became of them."""
        return await latest_labels(self._database, domain.id, state, limit)


def read_labels(body: bytes) -> list[Label]:
    """Read `{"labels": [{"event_id", "label", "reason"?, "event"?}]}`.

    Raises:
        InvalidRequestError: Anything in it is wrong; every bad label is named.
    """
    try:
        posted = _posted_decoder.decode(body).labels
    except UNREADABLE as error:
        raise InvalidRequestError(['body: must be JSON in UTF-8, {"labels": [...]}']) from error
    if posted is None or not 1 <= len(posted) <= MOST_LABELS:
        raise InvalidRequestError([f"labels: is required, an array of 1 to {MOST_LABELS} labels"])
    problems: list[str] = []
    labels: dict[str, Label] = {}
    for position, raw in enumerate(posted):
        label, faults = _read_label(raw)
        known = labels.setdefault(label.event_id, label)
        if known.is_bot != label.is_bot and not faults:
            faults.append(".label: contradicts another label of the same event_id")
        problems.extend(f"labels[{position}]{fault}" for fault in faults)
    if problems:
        raise InvalidRequestError(problems)
    return list(labels.values())


async def labelled_events(
    database: Database, domain_id: int, wanted: dict[str, PendingLabel], since: float
) -> AsyncIterator[tuple[PendingLabel, Interaction]]:
    """Read what a domain posted since then until all `wanted` event ids are found, taking out those that are."""
    after = ""
    while wanted:
        page = await requests_of_domain(database, domain_id, after=after, since=since, limit=_PAGE)
        for request in page:
            for position, event_id in enumerate(request.event_ids()):
                label = wanted.pop(event_id, None)
                if label is not None:
                    yield label, request.interactions(position, position + 1)[0]
            await asyncio.sleep(0)
        if len(page) < _PAGE:
            return
        after = page[-1].id


class _Word(StrEnum):
    HUMAN = "human"
    BOT = "bot"


def _read_label(raw: msgspec.Raw) -> tuple[Label, list[str]]:
    try:
        posted = _label_decoder.decode(raw)
    except UNREADABLE:
        return Label("", is_bot=False, reason=""), [": must be an object with event_id, label, reason and event"]
    faults = []
    event_id = "" if posted.event_id is None else str(posted.event_id)
    if not 1 <= len(event_id) <= LONGEST_ID:
        faults.append(f".event_id: is required, 1 to {LONGEST_ID} characters")
    if posted.label not in list(_Word):
        faults.append(".label: must be human or bot")
    if len(posted.reason or "") > LONGEST_REASON:
        faults.append(f".reason: is longer than {LONGEST_REASON} characters")
    facts = None if isinstance(posted.event, msgspec.UnsetType) else _read_facts(posted.event, event_id, faults)
    return Label(event_id, posted.label == _Word.BOT, posted.reason or "", facts), faults


def _read_facts(raw: msgspec.Raw, event_id: str, faults: list[str]) -> Facts | None:
    """Read what learning needs of the event that came with a label, as if it were posted to be judged."""
    if bytes(raw) == b"null":
        return None
    if not bytes(raw).startswith(b"{"):
        faults.append(".event: must be an object, the event as you posted it")
        return None
    try:
        facts = _facts_decoder.decode(raw)
    except UNREADABLE as error:
        faults.append(f".event.{problem_of(error)}")
        return None
    event, problems = read_event(msgspec.json.encode(facts), is_single=True)
    faults.extend(f".event.{problem}" for problem in problems)
    if event.event_id not in ("", event_id):
        faults.append(".event.event_id: is another one than the label's")
    return Facts(event.ip, event.uas, event.domain, event.recipient_id, event.ts)
