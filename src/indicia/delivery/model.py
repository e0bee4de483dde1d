"""What delivery is told, and what it comes to.

Errors:
    DeliveryError
    └── RelayUrlError   a relay's URL cannot be used
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from indicia.base.errors import AppError
from indicia.composition.model import Composed
from indicia.mail.bounces import BounceClass
from indicia.messages.model import DELIVERY_JOBS, Message, Recipient
from indicia.net.smtp.connection import Tls
from indicia.net.smtp.model import Security, Verb

JOB_KIND = DELIVERY_JOBS


class DeliveryError(AppError):
    """Something about delivery was refused."""


class RelayUrlError(DeliveryError, ValueError):
    """A relay's URL cannot be used; the message says why."""


class Status(NamedTuple):
    """What was answered, or what stood in for an answer.

    Attributes:
        code: A reply code of SMTP; where there was no reply, the one that fits.
        description: In one line, for people; what a server said is untrusted.
        enhanced: An enhanced status code; empty where there is none.
        message: The server's text without codes, a line each.
    """

    code: int
    description: str
    enhanced: str = ""
    message: tuple[str, ...] = ()


class Delivered(NamedTuple):
    """The receiver has it."""

    status: Status


class Deferred(NamedTuple):
    """Not now; it is to be tried again.

    Attributes:
        is_uncertain: The receiver may have it all the same.
    """

    status: Status
    bounce_class: BounceClass
    is_uncertain: bool = False


class Bounced(NamedTuple):
    """Never."""

    status: Status
    bounce_class: BounceClass


Outcome = Delivered | Deferred | Bounced


class Report(NamedTuple):
    """What came of one attempt.

    Attributes:
        copes: Whether the receiver's servers are well; None where the attempt does not tell.
        mx_host: The server that was spoken to last; empty where there was none.
        sending_ip: Our address towards it.
        took_seconds: From the first look-up to the last reply.
        verb: What was refused or failed; None where it went well, or where no server was spoken to.
        is_relayed: The server was a relay of ours, so that it speaks for itself and not for the recipient's domain.
    """

    outcome: Outcome
    copes: bool | None
    mx_host: str = ""
    mx_ip: str = ""
    sending_ip: str = ""
    tls: Tls | None = None
    dialogue: str = ""
    took_seconds: float = 0.0
    verb: Verb | None = None
    is_relayed: bool = False


class Errand(NamedTuple):
    """One recipient's copy that is due.

    Attributes:
        domain: The sending domain's name.
        number: Which attempt is about to be made, from 1.
        was_uncertain: An earlier attempt may have been taken.
    """

    message: Message
    recipient: Recipient
    domain: str
    number: int
    was_uncertain: bool


class Terms(NamedTuple):
    """What a sending domain's mail is subject to.

    Attributes:
        limit_messages: How many in every `limit_seconds`; 0 is no limit.
        relay_sealed: Its own relay's URL, sealed; None where it has none.
        is_disabled: Whether what was accepted before waits until the domain may send again.
    """

    domain: str
    limit_messages: int
    limit_seconds: int
    relay_sealed: bytes | None
    is_disabled: bool = False


class Wanted(NamedTuple):
    """What a message asks of the way it takes."""

    require_tls: bool = False
    skip_verification: bool = False

    @property
    def security(self) -> Security:
        """How connections for it are encrypted."""
        if not self.require_tls:
            return Security.OPPORTUNISTIC
        return Security.ENCRYPTED if self.skip_verification else Security.VERIFIED


Compose = Callable[[Message, Recipient], Awaitable[Composed]]
"""Writes one recipient's signed copy; raises `CompositionError` or `TemplatesError` where there is none to write."""

ReturnPath = Callable[[str, int], str]
"""Answers the return path at a sending domain that names a recipient by their row."""
