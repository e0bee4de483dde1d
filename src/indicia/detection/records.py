"""The entries of history: what is kept about one user agent, one address block, one domain."""

import math

from indicia.aggregates.sightings import Sightings

# Weights stop growing at about twenty of anything (see `weights`); shares need some more to be told apart.
_DISTINCT = 24
DISTINCT_EARLY = 64

# Mail of one campaign goes out together; codes and sign-in links go out one by one.
_SLOT_SECONDS = 600.0
_SLOTS = 256
_ALONE = 2
_ENOUGH_SLOTS = 20

# Posted within this, interactions may well have happened within it.
_TOGETHER_SECONDS = 60.0

# How many early clicks in how many a mail is taken to get before any are seen: 7.6 % (readers, see `weights`).
_USUAL_EARLY, _USUAL_CLICKS = 0.76, 10.0


class CompanyRecord:
    """Messages on which a host, or a user agent, was caught at what only machines do, or came early or late to."""

    __slots__ = ("caught", "early", "late")

    def __init__(self) -> None:
        self.caught = Sightings(_DISTINCT)
        self.early = Sightings(DISTINCT_EARLY)
        self.late = Sightings(_DISTINCT)


class Crush:
    """Counts what came in together, since nothing else is known of the time of undated interactions."""

    __slots__ = ("_count", "_since")

    def __init__(self) -> None:
        self._since = -math.inf
        self._count = 0

    def note(self, received_at: float) -> None:
        """Count one interaction that came in then (unix seconds)."""
        if not self._is_together(received_at):
            self._since, self._count = received_at, 0
        self._count += 1

    def count(self, received_at: float) -> int:
        """Tell how many came in together with those of then."""
        return self._count if self._is_together(received_at) else 0

    def _is_together(self, received_at: float) -> bool:
        return abs(received_at - self._since) <= _TOGETHER_SECONDS


# Most interactions have a time.
_NOTHING_UNDATED = Crush()


class OriginRecord:
    """What one address and user agent did: for which recipients and domains, and on which messages in haste."""

    __slots__ = ("domains", "hasty", "recipients", "undated")

    def __init__(self) -> None:
        self.recipients = Sightings(_DISTINCT)
        self.domains = Sightings(_DISTINCT)
        self.hasty = Sightings(_DISTINCT)
        self.undated = _NOTHING_UNDATED

    def note_undated(self, received_at: float) -> None:
        """Count one interaction without a time that came in then (unix seconds)."""
        if self.undated is _NOTHING_UNDATED:
            self.undated = Crush()
        self.undated.note(received_at)


class HostRecord:
    """Which user agents spoke from one address."""

    __slots__ = ("agents", "undated")

    def __init__(self) -> None:
        self.agents = Sightings(_DISTINCT)
        self.undated = _NOTHING_UNDATED

    def note_undated(self, received_at: float) -> None:
        """Count one interaction without a time that came in then (unix seconds)."""
        if self.undated is _NOTHING_UNDATED:
            self.undated = Crush()
        self.undated.note(received_at)


class AgentRecord:
    """Address blocks on which one user agent was seen, and messages that people clicked early with it."""

    __slots__ = ("early", "machines", "people")

    def __init__(self) -> None:
        self.machines = Sightings(_DISTINCT)
        self.people = Sightings(_DISTINCT)
        self.early = Sightings(DISTINCT_EARLY)


class _Slot:
    """Mails of the same ten minutes, and the clicks on them from people's networks."""

    __slots__ = ("clicks", "early", "mails")

    def __init__(self) -> None:
        self.mails: set[int] = set()
        self.early = 0
        self.clicks = 0

    @property
    def is_alone(self) -> bool:
        return len(self.mails) <= _ALONE


class PaceRecord:
    """How soon after a domain's mail the clicks from people's networks come, by when the mail went out."""

    __slots__ = ("_alone_early", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, _Slot] = {}
        # Counted when asked for, and again only after more has been noted.
        self._alone_early: tuple[int, int] | None = None

    def note(self, mailed_at: float, message: int) -> None:
        """See a message (a hash) that went out at that time (unix seconds)."""
        slot = self._obtain(mailed_at)
        # It makes no difference how many there are beyond that.
        if len(slot.mails) <= _ALONE:
            slot.mails.add(message)

    def note_click(self, mailed_at: float, *, is_early: bool) -> None:
        """Count one person's click on mail of that time."""
        slot = self._obtain(mailed_at)
        slot.clicks += 1
        slot.early += is_early
        self._alone_early = None

    def early_share(self, mailed_at: float) -> float:
        """Tell which share of the clicks on mail of that time came early; all of them while it is fresh."""
        slot = self._slots.get(int(mailed_at // _SLOT_SECONDS))
        if slot is None:
            return _USUAL_EARLY / _USUAL_CLICKS
        return (slot.early + _USUAL_EARLY) / (slot.clicks + _USUAL_CLICKS)

    def early_mails(self, mailed_at: float) -> float | None:
        """Tell which share of mails like that one only ever got early clicks, as codes do.

        None where it went out among many others, or too few are known that went out alone.
        """
        slot = self._slots.get(int(mailed_at // _SLOT_SECONDS))
        if slot is None or not slot.is_alone:
            return None
        if self._alone_early is None:
            alone = [slot for slot in self._slots.values() if slot.clicks and slot.is_alone]
            self._alone_early = sum([slot.early == slot.clicks for slot in alone]), len(alone)
        early, mails = self._alone_early
        return early / mails if mails >= _ENOUGH_SLOTS else None

    def _obtain(self, mailed_at: float) -> _Slot:
        key = int(mailed_at // _SLOT_SECONDS)
        slot = self._slots.get(key)
        if slot is None:
            if len(self._slots) >= _SLOTS:
                del self._slots[next(iter(self._slots))]
            slot = self._slots[key] = _Slot()
        return slot
