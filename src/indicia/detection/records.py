"""The entries of history: what is kept about one user agent, one address block, one domain."""

from indicia.aggregates.sightings import Sightings

# Weights stop growing at about twenty of anything (see `verdict`); shares need some more to be told apart.
_DISTINCT = 24
DISTINCT_EARLY = 64

# Mail of one campaign goes out together; codes and sign-in links go out one by one.
_SLOT_SECONDS = 600.0
_SLOTS = 128
_ENOUGH_SLOTS = 20

# How many early clicks in how many a mail is taken to get before any are seen: 7.6 % (readers, see `verdict`).
_USUAL_EARLY, _USUAL_CLICKS = 0.76, 10.0


class FleetRecord:
    """Messages that one user agent of one operator swept, or came early or late to."""

    __slots__ = ("early", "late", "swept")

    def __init__(self) -> None:
        self.swept = Sightings(_DISTINCT)
        self.early = Sightings(DISTINCT_EARLY)
        self.late = Sightings(_DISTINCT)


class OriginRecord:
    """Recipients, and their domains, that one address and user agent acted for."""

    __slots__ = ("domains", "interactions", "recipients")

    def __init__(self) -> None:
        self.recipients = Sightings(_DISTINCT)
        self.domains = Sightings(_DISTINCT)
        self.interactions = 0


class AddressRecord:
    """User agents seen at one address."""

    __slots__ = ("agents",)

    def __init__(self) -> None:
        self.agents = Sightings(_DISTINCT)


class AgentRecord:
    """Address blocks on which one user agent was seen, and messages that people clicked early with it."""

    __slots__ = ("early", "machines", "people")

    def __init__(self) -> None:
        self.machines = Sightings(_DISTINCT)
        self.people = Sightings(_DISTINCT)
        self.early = Sightings(DISTINCT_EARLY)


class PaceRecord:
    """How soon after a domain's mail the clicks from people's networks come, by when the mail went out."""

    __slots__ = ("_early_slots", "_slots")

    def __init__(self) -> None:
        # Early clicks and all clicks, by slot; and how many slots have early clicks only.
        self._slots: dict[int, tuple[int, int]] = {}
        self._early_slots = 0

    def note(self, mailed_at: float, *, is_early: bool) -> None:
        """Count one click on mail of that time (unix seconds)."""
        slot = int(mailed_at // _SLOT_SECONDS)
        if slot not in self._slots and len(self._slots) >= _SLOTS:
            early, clicks = self._slots.pop(next(iter(self._slots)))
            self._early_slots -= early == clicks
        early, clicks = self._slots.get(slot, (0, 0))
        self._early_slots += is_early if not clicks else (is_early - 1) * (early == clicks)
        self._slots[slot] = (early + is_early, clicks + 1)

    def early_share(self, mailed_at: float) -> float:
        """Tell which share of the clicks on mail of that time came early; all of them while it is fresh."""
        early, clicks = self._slots.get(int(mailed_at // _SLOT_SECONDS), (0, 0))
        return (early + _USUAL_EARLY) / (clicks + _USUAL_CLICKS)

    def early_mails(self) -> float | None:
        """Tell which share of mails only ever got early clicks, as codes do; None with too few to tell."""
        if len(self._slots) < _ENOUGH_SLOTS:
            return None
        return self._early_slots / len(self._slots)
