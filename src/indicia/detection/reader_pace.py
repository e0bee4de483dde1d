"""How soon after a domain's mail people click: codes and sign-in links within minutes, newsletters over hours.

Mail of one campaign goes out together; codes and sign-in links go out one by one. That is how the two are told apart.
"""

import struct
from typing import NamedTuple

_SLOT_SECONDS = 600.0
_SLOTS = 256
_ALONE = 2
_ENOUGH_SLOTS = 20

# How many early clicks in how many a mail is taken to get before any are seen: 7.6 % (readers, see `weights`).
_USUAL_EARLY_SHARE, _USUAL_CLICKS = 0.076, 10.0
# What a domain's mailings taught is believed in from so many clicks on. However fast its readers are, most come later.
_ENOUGH_CLICKS = 50
_MOST_EARLY_SHARE = 0.5

# The time of a slot, its mails as far as they count, its early clicks and all of them.
_PACKED = struct.Struct("<iBII")


class UsualPace(NamedTuple):
    """How fast a domain's readers are, as far as it is known.

    `early_share` is the share of the clicks on its mailings that come within five minutes, `early_mails` the share of
    its mails that go out alone and are only ever clicked so early. Both are about clicks from people's networks.
    """

    early_share: float | None = None
    early_mails: float | None = None


UNKNOWN = UsualPace()


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


class ReaderPace:
    """How soon after a domain's mail the clicks from people's networks come, by when the mail went out."""

    __slots__ = ("_alone_early", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, _Slot] = {}
        # Counted when asked for, and again only after what changes it.
        self._alone_early: tuple[int, int] | None = None

    def is_crowded(self, mailed_at: float) -> bool:
        """Tell whether so much mail went out then (unix seconds) that more of it makes no difference."""
        slot = self._slots.get(int(mailed_at // _SLOT_SECONDS))
        return slot is not None and not slot.is_alone

    def note(self, mailed_at: float, message: int) -> None:
        """See a message (a hash) that went out at that time (unix seconds)."""
        slot = self._obtain(mailed_at)
        # It makes no difference how many there are beyond that.
        if len(slot.mails) <= _ALONE:
            slot.mails.add(message)
            if len(slot.mails) > _ALONE:
                self._alone_early = None

    def note_click(self, mailed_at: float, *, is_early: bool) -> None:
        """Count one person's click on mail of that time."""
        slot = self._obtain(mailed_at)
        slot.clicks += 1
        slot.early += is_early
        self._alone_early = None

    def early_share(self, mailed_at: float, usual: UsualPace = UNKNOWN) -> float:
        """Tell which share of the clicks on mail of that time came early; all of them while it is fresh.

        Before there are any, it is what `usual` says, or what is usual everywhere.
        """
        expected = _USUAL_EARLY_SHARE if usual.early_share is None else usual.early_share
        slot = self._slots.get(int(mailed_at // _SLOT_SECONDS))
        if slot is None:
            return expected
        return (slot.early + expected * _USUAL_CLICKS) / (slot.clicks + _USUAL_CLICKS)

    def early_mails(self, mailed_at: float, usual: UsualPace = UNKNOWN) -> float | None:
        """Tell which share of mails like that one only ever got early clicks, as codes do.

        None where it went out among many others, or too few are known that went out alone, here and in `usual`.
        """
        slot = self._slots.get(int(mailed_at // _SLOT_SECONDS))
        if slot is None or not slot.is_alone:
            return None
        if self._alone_early is None:
            self._alone_early = self._count_alone()
        early, mails = self._alone_early
        return early / mails if mails >= _ENOUGH_SLOTS else usual.early_mails

    def usual(self) -> UsualPace:
        """Conclude how fast the readers are, from all mail that is remembered."""
        early, mails = self._count_alone()
        mailings = [slot for slot in self._slots.values() if not slot.is_alone]
        clicks = sum([slot.clicks for slot in mailings])
        share = None
        if clicks >= _ENOUGH_CLICKS:
            early_clicks = sum([slot.early for slot in mailings]) + _USUAL_EARLY_SHARE * _USUAL_CLICKS
            share = min(early_clicks / (clicks + _USUAL_CLICKS), _MOST_EARLY_SHARE)
        return UsualPace(share, early / mails if mails >= _ENOUGH_SLOTS else None)

    def packed(self) -> bytes:
        """Pack what is remembered, 13 bytes for each ten minutes in which mail went out."""
        return b"".join(
            _PACKED.pack(key, len(slot.mails), slot.early, slot.clicks)
            for key, slot in self._slots.items()
            if -(2**31) <= key < 2**31
        )

    @classmethod
    def unpacked(cls, packed: bytes) -> "ReaderPace":
        """Take back what was packed.

        Which mails they were is not known any more: one that is seen again counts as another one, and what went out
        alone may then pass for a mailing, of which less is excused.
        """
        pace = cls()
        for key, mails, early, clicks in _PACKED.iter_unpack(packed):
            slot = pace._slots[key] = _Slot()
            slot.mails, slot.early, slot.clicks = set(range(-mails, 0)), early, clicks
        return pace

    def _count_alone(self) -> tuple[int, int]:
        alone = [slot for slot in self._slots.values() if slot.clicks and slot.is_alone]
        return sum([slot.early == slot.clicks for slot in alone]), len(alone)

    def _obtain(self, mailed_at: float) -> _Slot:
        key = int(mailed_at // _SLOT_SECONDS)
        slot = self._slots.get(key)
        if slot is None:
            if len(self._slots) >= _SLOTS:
                del self._slots[next(iter(self._slots))]
                self._alone_early = None
            slot = self._slots[key] = _Slot()
        return slot
