"""Give up copies that have expired while nothing could be attempted: their servers are down, or they are held."""

import asyncio

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.delivery import store
from indicia.delivery.errands import Errands
from indicia.delivery.metrics import DeliveryMetrics
from indicia.delivery.model import Errand
from indicia.delivery.recording import Recording
from indicia.mail.address import parse_one
from indicia.storage.database import Database, StorageError

log = get_logger()

INTERVAL_SECONDS = 60.0
# A copy's last attempt is made when it expires; only what got none by then is given up here.
_GRACE_SECONDS = 1800.0
# The store has one writer, and deliveries wait for it.
_AT_ONCE = 200


class Expiry:
    """Looks once a minute."""

    def __init__(
        self, database: Database, errands: Errands, recording: Recording, metrics: DeliveryMetrics, clock: Clock
    ) -> None:
        self._database = database
        self._errands = errands
        self._recording = recording
        self._metrics = metrics
        self._clock = clock

    async def run(self) -> None:
        """Give up what has expired until cancelled; a pass that fails is made up for by the next."""
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            try:
                await self.give_up()
            except StorageError as error:
                log.warning("expiry.failed", error=str(error))

    async def give_up(self) -> int:
        """Give up every copy that has expired and is not being attempted; answer how many.

        Raises:
            StorageError: Some may be given up, the rest wait for the next pass.
        """
        before = self._clock() - _GRACE_SECONDS
        given_up = 0
        while rows := await store.expired_recipients(self._database, before, _AT_ONCE):
            lanes: dict[str, list[Errand]] = {}
            for errand in await self._errands.of_recipients(rows):
                lanes.setdefault(lane_of(errand.recipient.address), []).append(errand)
            settled = 0
            for lane, errands in lanes.items():
                settled += await self._recording.settle_expired(lane, errands)
            given_up += settled
            if settled < len(rows):
                # The rest is being attempted at this moment.
                break
        self._metrics.count_expired(given_up)
        if given_up:
            log.info("mail.expired", recipients=given_up)
        return given_up


def lane_of(address: str) -> str:
    """Answer the lane in which a recipient's jobs wait: their domain in A-labels."""
    parsed = parse_one(address)
    return address.rpartition("@")[2].lower() if parsed is None else parsed.ascii_domain
