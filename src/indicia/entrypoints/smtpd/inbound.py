"""What the listener takes: mail to addresses that we wrote ourselves."""

from indicia.base.log import get_logger
from indicia.entrypoints.smtpd.dialogue import Acceptance
from indicia.mail.verp import read_address
from indicia.storage.database import StorageError
from indicia.tracking.returned_mail import ReturnedMail
from indicia.tracking.sealing import Sealing

log = get_logger()


class Inbound:
    """Judges recipients, and leaves messages where they are acted on."""

    def __init__(self, sealing: Sealing, returned_mail: ReturnedMail) -> None:
        self._sealing = sealing
        self._returned_mail = returned_mail

    def accept(self, address: str) -> Acceptance:
        """Judge the address of a recipient by its seal."""
        ours = read_address(address)
        if ours is None:
            return Acceptance.UNKNOWN
        if not self._sealing.knows_key_of(ours.token):
            # Perhaps another process has made a key that this one takes up within a minute.
            return Acceptance.LATER
        content = self._sealing.open(ours.purpose, ours.domain, ours.token)
        return Acceptance.OURS if content is not None else Acceptance.UNKNOWN

    async def take(self, recipients: tuple[str, ...], content: bytes) -> bool:
        """Act on a message for addresses that were accepted; answer whether what follows from it is durable."""
        try:
            for address in recipients:
                ours = read_address(address)
                if ours is not None:
                    await self._returned_mail.receive(ours, content)
        except StorageError as error:
            log.warning("returned_mail.not_stored", error=str(error))
            return False
        return True
