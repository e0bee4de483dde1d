"""The envelope senders of our mail: each names its recipient's copy, and only we can have written it."""

from typing import NamedTuple

from indicia.mail.verp import OurAddress, Purpose, write_address
from indicia.tracking.keys import Keyring
from indicia.tracking.sealing import Sealing

_ID_BYTES = 6
# A feedback address for a whole domain, as it is given to providers, is about no recipient by itself.
WHOLE_DOMAIN = 0


class ReturnPaths:
    """Writes the addresses to which mail about our mail comes."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def return_path(self, domain: str, recipient_id: int) -> str:
        """Write the envelope sender (RFC 5321 4.4) of the copy for one recipient row of `domain`'s mail."""
        return self._address(Purpose.BOUNCE, domain, recipient_id)

    def unsubscribe_address(self, domain: str, recipient_id: int) -> str:
        """Write the address of the copy's `List-Unsubscribe` (RFC 2369)."""
        return self._address(Purpose.UNSUBSCRIBE, domain, recipient_id)

    def feedback_address(self, domain: str, recipient_id: int) -> str:
        """Write the address of the copy's `CFBL-Address` (RFC 9477), to which complaints about it go."""
        return self._address(Purpose.FEEDBACK, domain, recipient_id)

    def _address(self, purpose: Purpose, domain: str, recipient_id: int) -> str:
        token = self._sealing.seal(purpose, domain, recipient_id.to_bytes(_ID_BYTES, "big"))
        return write_address(purpose, token, domain)


class Returned(NamedTuple):
    """Whose copy an authentic address is about."""

    purpose: Purpose
    domain: str
    recipient_id: int


async def authenticate(keyring: Keyring, address: OurAddress) -> Returned | None:
    """Answer what one of our addresses is about; None where we have not written it."""
    content = await keyring.open_token(address.purpose, address.domain, address.token)
    if content is None or len(content) != _ID_BYTES:
        return None
    return Returned(address.purpose, address.domain, int.from_bytes(content, "big"))
