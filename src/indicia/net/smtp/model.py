"""What an SMTP client is told, and how a dialogue may fail.

NetError
└── SmtpError               the dialogue did not get to its end; `verb` says how far it got
    ├── SmtpConnectError    no connection
    ├── SmtpTlsError        no TLS although it is needed, or none that can be trusted
    ├── SmtpTimeoutError    the peer was silent for too long
    ├── SmtpLostError       the peer was gone
    ├── SmtpGarbledError    the peer does not speak SMTP
    ├── SmtpRefusedError    the peer said no, in a reply
    └── SmtpLackingError    the message needs what the peer does not offer

EgressRefusedError is raised besides, before any packet is sent.
"""

from collections.abc import AsyncIterable, Sequence
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from indicia.mail.replies import Reply
from indicia.net.model import NetError


class Verb(StrEnum):
    """How far a dialogue got; what it waited for when it broke off."""

    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "dot"
    """The end of the message was sent, so the peer may have taken it."""
    RSET = "RSET"
    QUIT = "QUIT"


class Security(Enum):
    """What is asked of a connection's encryption."""

    NONE = auto()
    OPPORTUNISTIC = auto()
    """TLS where it is offered, whoever answers (RFC 7435)."""
    ENCRYPTED = auto()
    """TLS or nothing, whoever answers."""
    VERIFIED = auto()
    """TLS or nothing, with a certificate for the peer's host name."""


class Login(NamedTuple):
    """What a relay knows us by."""

    user: str
    password: str

    def __repr__(self) -> str:
        """Keep the password out of logs."""
        return f"Login({self.user!r})"


class Peer(NamedTuple):
    """One server at one address.

    Attributes:
        host: Its name in DNS, or its address; what a certificate must be for.
        source: The address of ours to connect from; None leaves the choice to the system.
        speaks_tls_first: TLS comes before SMTP (`smtps`), not by STARTTLS.
        is_ours: The operator named it, so that the egress guard has no say.
    """

    host: str
    address: str
    port: int
    source: str | None = None
    speaks_tls_first: bool = False
    is_ours: bool = False


class Letter(NamedTuple):
    """One message to one recipient.

    Attributes:
        sender: The return path; empty for none.
        body: The message in lines that end in CRLF, as chunks of any size. It is read again for each attempt.
        is_8bit: It holds bytes above 127.
        needs_utf8: Its header fields hold such bytes (RFC 6532); addresses are looked at anyway.
    """

    sender: str
    recipient: str
    body: AsyncIterable[bytes] | Sequence[bytes]
    size_bytes: int
    is_8bit: bool = False
    needs_utf8: bool = False


class Timeouts(NamedTuple):
    """How long a peer may take for each phase, in seconds; the defaults are what RFC 5321 4.5.3.2 asks us to grant.

    Attributes:
        connect: Not in the RFC; what Postfix grants.
        block: For each chunk of the message that the peer does not read.
        opening: For everything up to the first MAIL together.
        sending: For everything from MAIL to the last reply together.
    """

    connect: float = 30.0
    banner: float = 300.0
    command: float = 300.0
    data: float = 120.0
    block: float = 180.0
    dot: float = 600.0
    quit: float = 2.0
    opening: float = 420.0
    sending: float = 1200.0


class SmtpError(NetError):
    """The dialogue broke off.

    Attributes:
        verb: How far it got.
        peer: With whom, where no connection came about.
    """

    def __init__(self, verb: Verb, detail: str) -> None:
        super().__init__(verb, detail)
        self.verb = verb
        self.detail = detail
        self.peer: Peer | None = None

    def __str__(self) -> str:
        """Say what went wrong, and when."""
        return f"{self.detail} ({self.verb})"

    @property
    def is_uncertain(self) -> bool:
        """Whether the peer may have taken the message."""
        return self.verb is Verb.DOT


class SmtpConnectError(SmtpError, ConnectionError):
    """There is no connection; the peer saw no byte of SMTP."""

    def __init__(self, detail: str) -> None:
        super().__init__(Verb.CONNECT, detail)


class SmtpTlsError(SmtpError):
    """TLS could not be had, or not with whom it was wanted."""


class SmtpTimeoutError(SmtpError, TimeoutError):
    """The peer did not answer, or did not read, in time."""


class SmtpLostError(SmtpError, ConnectionError):
    """The connection ended."""


class SmtpGarbledError(SmtpError):
    """What the peer sent is no SMTP, or more of it than any honest server sends."""


class SmtpRefusedError(SmtpError):
    """The peer refused; that is certain, even at the end of the message.

    Attributes:
        reply: In its own words.
    """

    def __init__(self, verb: Verb, reply: Reply) -> None:
        super().__init__(verb, str(reply))
        self.reply = reply

    @property
    def is_uncertain(self) -> bool:
        """Whether the peer may have taken the message: it has said that it did not."""
        return False


class SmtpLackingError(SmtpError):
    """The peer does not offer what this message needs; nothing was asked of it.

    Attributes:
        extension: `SIZE` (the message is too large), `SMTPUTF8` or `AUTH`.
    """

    def __init__(self, verb: Verb, extension: str, detail: str) -> None:
        super().__init__(verb, detail)
        self.extension = extension


class MalformedLetterError(NetError, ValueError):
    """The message or an address cannot be sent as it is: some receivers would read more commands or messages in it."""
