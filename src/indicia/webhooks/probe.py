"""Call a URL with a sample before it is subscribed, telling whoever asked no more than they need."""

import asyncio
import secrets
from collections.abc import Sequence
from http import HTTPStatus

from indicia.accounts.signing_key import SigningKeys
from indicia.base.clock import Clock
from indicia.net.http import HttpClient
from indicia.net.model import RequestFailedError
from indicia.webhooks.model import DeadEndpointError, Delivery, Endpoint
from indicia.webhooks.signature import Signed, sign

PROBE_SECONDS = 5.0

# One text whether a name is unknown, an address refused or a port closed: else anybody could map our network.
_UNREACHABLE = "URL endpoint failed: it cannot be reached"


class Probe:
    """Sends samples as if they were due."""

    def __init__(self, client: HttpClient, keys: SigningKeys, clock: Clock) -> None:
        self._client = client
        self._keys = keys
        self._clock = clock

    async def signed(self, account_id: int, webhook_id: str, body: bytes) -> Signed:
        """Answer a sample as a receiver would get it.

        Raises:
            StorageError: The signing keys cannot be read.
        """
        keys = await self._keys.live(account_id)
        # A signature is over what is sent, and not over where to.
        delivery = Delivery(0, Endpoint(account_id, ""), webhook_id, body)
        return sign(delivery, keys=keys, timestamp=int(self._clock()), token=secrets.token_hex(16))

    async def call(self, urls: Sequence[str], sample: Signed) -> None:
        """Post `sample` to each of `urls`, all at once.

        Raises:
            DeadEndpointError: Not all of them took it within 5 s.
        """
        failures = await asyncio.gather(*(self._failure(url, sample) for url in urls))
        found = [failure for failure in failures if failure is not None]
        if found:
            raise DeadEndpointError(found)

    async def _failure(self, url: str, sample: Signed) -> str | None:
        try:
            answered = await self._client.post(url, sample.body, sample.headers, timeout_seconds=PROBE_SECONDS)
        except RequestFailedError:
            return _UNREACHABLE
        if 200 <= answered.status < 300:
            return None
        return f"URL endpoint failed with error {answered.status} - {_phrase(answered.status)}"


def _phrase(status: int) -> str:
    # The receiver's own reason phrase may hold anything.
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
