"""One attempt to deliver: sign afresh, post, and judge the outcome."""

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from indicia.accounts.signing_key import SigningKeys
from indicia.base.clock import Clock
from indicia.net.http import HttpClient
from indicia.net.model import Answered, Failure, RequestFailedError
from indicia.webhooks.model import Delivery
from indicia.webhooks.retry import Decision, decide
from indicia.webhooks.signature import sign

# From the look-up of the name to the end of the answer.
ATTEMPT_SECONDS = 15.0
_TOKEN_BYTES = 16

Chance = Callable[[], float]
"""Answers a random number in 0..1."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What happened, and what follows from it.

    Attributes:
        outcome: The receiver's answer, or where it broke off.
        detail: More about it, for the operator; what a receiver said is untrusted.
        took_seconds: From the first look-up to the end of the answer.
    """

    outcome: Answered | Failure
    detail: str
    decision: Decision
    took_seconds: float

    @property
    def status(self) -> int | None:
        """The HTTP status, if one came."""
        return self.outcome.status if isinstance(self.outcome, Answered) else None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver is at work: it accepted the delivery, or declined it in so many words."""
        return self.status is not None and (200 <= self.status < 300 or self.status in {406, 410})


class Attempts:
    """Makes attempts; holds what all of them need."""

    def __init__(self, client: HttpClient, keys: SigningKeys, clock: Clock, *, chance: Chance = random.random) -> None:
        self._client = client
        self._keys = keys
        self._clock = clock
        self._chance = chance

    async def make(self, delivery: Delivery, number: int) -> Attempt:
        """Deliver for the `number`-th time (from 1); whatever goes wrong is an outcome.

        Raises:
            StorageError: The signing keys cannot be read; nothing was sent.
        """
        endpoint = delivery.endpoint
        keys = await self._keys.live(endpoint.account_id)
        signed = sign(delivery, keys=keys, timestamp=int(self._clock()), token=secrets.token_hex(_TOKEN_BYTES))
        began = time.monotonic()
        outcome: Answered | Failure
        try:
            outcome = await self._client.post(
                endpoint.url, signed.body, signed.headers, timeout_seconds=ATTEMPT_SECONDS
            )
            detail = outcome.excerpt
        except RequestFailedError as error:
            outcome, detail = error.kind, error.detail
        decision = decide(outcome, attempt=number, now=self._clock(), chance=self._chance())
        return Attempt(outcome, detail, decision, took_seconds=time.monotonic() - began)
