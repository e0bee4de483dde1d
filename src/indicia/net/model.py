"""What other machines may answer, and the errors of talking to them.

NetError
├── EgressRefusedError   a destination that customers may not make us talk to
├── ResolutionError      a host name without usable addresses
└── RequestFailedError   an HTTP exchange without an answer
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from indicia.base.errors import AppError


class MxHost(NamedTuple):
    """One mail exchanger; the lowest preference is tried first, equal ones in any order (RFC 5321 5.1)."""

    preference: int
    host: str


@dataclass(frozen=True, slots=True)
class MxHosts:
    """The domain takes mail at these hosts, the most preferred first; never empty."""

    hosts: tuple[MxHost, ...]


class NoMx(Enum):
    """Why there are no mail exchangers to name."""

    NULL_MX = "null_mx"
    """The domain says that it takes no mail (RFC 7505)."""
    NO_RECORD = "no_record"
    """The domain exists without an MX record; mail goes to its address (RFC 5321 5.1)."""
    NO_SUCH_DOMAIN = "no_such_domain"
    UNAVAILABLE = "unavailable"
    """DNS gave no usable answer in time; nothing is known."""


MxAnswer = MxHosts | NoMx


@dataclass(frozen=True, slots=True)
class Answered:
    """What the peer said; all of it is untrusted.

    Attributes:
        headers: Case-insensitive.
        excerpt: The first 1 KiB of the body.
    """

    status: int
    headers: Mapping[str, str]
    excerpt: str


class NetError(AppError):
    """Base of all errors of outbound traffic."""


class EgressRefusedError(NetError, PermissionError):
    """The guard lets no packet out to this destination; none was sent.

    It is a `PermissionError` so that a refusal inside a driver's connect loop counts as a failed connect.

    Attributes:
        reason: For the operator's log. API clients all get one and the same text, or the guard would tell
            them what our network looks like.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ResolutionError(NetError):
    """A host name gave no address.

    Attributes:
        is_permanent: The name server said that there is none, rather than nothing useful.
    """

    def __init__(self, host: str, *, is_permanent: bool) -> None:
        super().__init__(host)
        self.host = host
        self.is_permanent = is_permanent


class Failure(StrEnum):
    """Where an HTTP exchange broke off."""

    REFUSED = "refused"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"


class RequestFailedError(NetError):
    """A request got no usable answer; whether the peer acted on it is unknown unless `kind` tells.

    Attributes:
        kind: Where it broke off. Up to and including `Failure.TLS`, the peer saw no byte of the request.
        detail: For the operator's log.
    """

    def __init__(self, kind: Failure, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail
