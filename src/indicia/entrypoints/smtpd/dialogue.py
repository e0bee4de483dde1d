"""The server's side of an SMTP dialogue (RFC 5321), without any I/O: bytes in, steps out.

We take mail to our own addresses alone and pass nothing on, so there is little to say. A message ends with CRLF.CRLF,
and no other line ends count, whatever a relay before us made of them. A command with a bare CR or LF ends the dialogue.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple

# RFC 5321 4.5.3.1.4 has 512 octets, and extensions add to it.
LONGEST_COMMAND = 2_048
# Bounces may return the whole of what was sent. Its head says what it is, and the rest is counted and dropped.
MOST_BYTES = 50 * 1024 * 1024
MOST_KEPT_BYTES = 512 * 1024
MOST_RECIPIENTS = 20
MOST_MESSAGES = 100
MOST_ERRORS = 10

_PATH = re.compile(
    rb"(?P<verb>MAIL FROM|RCPT TO):[ ]?<(?:@[^<>:]*:)?(?P<address>[^<>\x00-\x20\x7f]*)>(?: (?P<parameters>.*))?",
    re.IGNORECASE,
)
_SIZE = re.compile(rb"(?:^| )SIZE=([0-9]{1,12})(?: |$)", re.IGNORECASE)
_EXTENSIONS = ("PIPELINING", f"SIZE {MOST_BYTES}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


class Acceptance(Enum):
    """Whether mail to an address is taken."""

    OURS = "ours"
    UNKNOWN = "unknown"
    LATER = "later"


class Send(NamedTuple):
    """Send these bytes."""

    content: bytes


class StartTls(NamedTuple):
    """Begin TLS; call `secured` once it has begun."""


class Take(NamedTuple):
    """Take this message for these of our addresses; call `taken` with what came of it before anything else.

    `content` is the head of the message, without the stuffed dots.
    """

    recipients: tuple[str, ...]
    content: bytes


class Close(NamedTuple):
    """Close the connection."""


Step = Send | StartTls | Take | Close


class Dialogue:
    """One connection's dialogue. Nothing is answered while a message is being taken or TLS begins."""

    def __init__(self, name: str, accept: Callable[[str], Acceptance], *, offers_tls: bool) -> None:
        """Take our host name and `accept`, which judges the address of each recipient."""
        self._name = name
        self._accept = accept
        self._offers_tls = offers_tls
        self._received = bytearray()
        self._is_waiting = False
        self._is_over = False
        self._has_greeted = False
        self._has_sender = False
        self._recipients: list[str] = []
        self._data: _Data | None = None
        self._errors = 0
        self._messages = 0

    def greeting(self) -> bytes:
        """Answer what a server says first."""
        return _reply(220, f"{self._name} ESMTP")

    def receive(self, content: bytes) -> Iterator[Step]:
        """Take up bytes of the client and answer what to do, in order; more is done on the next call while waiting."""
        self._received += content
        while not self._is_over and not self._is_waiting:
            steps = self._next_of_data() if self._data is not None else self._next_command()
            if steps is None:
                return
            yield from steps

    def taken(self, *, is_stored: bool) -> bytes:
        """Answer what to send after a message was taken, or could not be stored."""
        self._is_waiting = False
        return _reply(250, "2.0.0 Taken") if is_stored else _reply(451, "4.3.0 Please try again later")

    def secured(self) -> None:
        """Begin anew after TLS has begun (RFC 3207 4.2): nothing that was said in the clear counts."""
        self._received.clear()
        self._is_waiting = False
        self._offers_tls = False
        self._has_greeted = False
        self._forget_transaction()

    def _next_command(self) -> list[Step] | None:
        end = self._received.find(b"\n")
        if end < 0:
            return self._end(500, "5.5.2 Line too long") if len(self._received) > LONGEST_COMMAND else None
        line = bytes(self._received[: end + 1])
        del self._received[: end + 1]
        if len(line) > LONGEST_COMMAND:
            return self._end(500, "5.5.2 Line too long")
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            return self._end(500, "5.5.2 Lines end with CRLF")
        return self._command(line[:-2])

    def _command(self, line: bytes) -> list[Step]:
        verb = line[:4].upper()
        rest = line[4:]
        if rest and not rest.startswith((b" ", b":")) and verb != b"STAR":
            return self._error(500, "5.5.2 Unknown command")
        handlers: dict[bytes, Callable[[bytes], list[Step]]] = {
            b"EHLO": self._ehlo,
            b"HELO": self._helo,
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"DATA": self._begin_data,
            b"RSET": self._rset,
            b"NOOP": lambda _: [Send(_reply(250, "2.0.0 OK"))],
            b"QUIT": lambda _: self._end(221, "2.0.0 Goodbye"),
            b"VRFY": lambda _: [Send(_reply(252, "2.1.5 Send some mail, and see"))],
            b"STAR": self._starttls,
        }
        handler = handlers.get(verb)
        return handler(line) if handler is not None else self._error(502, "5.5.1 Not implemented")

    def _ehlo(self, line: bytes) -> list[Step]:
        if not line[4:].strip():
            return self._error(501, "5.5.4 Who are you?")
        self._has_greeted = True
        self._forget_transaction()
        names = [self._name, *_EXTENSIONS, *(["STARTTLS"] if self._offers_tls else [])]
        lines = [f"250-{name}\r\n" for name in names[:-1]] + [f"250 {names[-1]}\r\n"]
        return [Send("".join(lines).encode())]

    def _helo(self, line: bytes) -> list[Step]:
        if not line[4:].strip():
            return self._error(501, "5.5.4 Who are you?")
        self._has_greeted = True
        self._forget_transaction()
        return [Send(_reply(250, self._name))]

    def _mail(self, line: bytes) -> list[Step]:
        found = _PATH.fullmatch(line)
        if not self._has_greeted or self._has_sender:
            return self._error(503, "5.5.1 Bad sequence of commands")
        if found is None or not found["verb"].upper().startswith(b"MAIL"):
            return self._error(501, "5.5.4 Syntax: MAIL FROM:<address>")
        size = _SIZE.search(found["parameters"] or b"")
        if size is not None and int(size[1]) > MOST_BYTES:
            return [Send(_reply(552, "5.3.4 Too large"))]
        if self._messages >= MOST_MESSAGES:
            return self._end(421, "4.7.0 Enough for one connection")
        self._has_sender = True
        return [Send(_reply(250, "2.1.0 OK"))]

    def _rcpt(self, line: bytes) -> list[Step]:
        found = _PATH.fullmatch(line)
        if not self._has_sender:
            return self._error(503, "5.5.1 MAIL comes first")
        if found is None or not found["verb"].upper().startswith(b"RCPT"):
            return self._error(501, "5.5.4 Syntax: RCPT TO:<address>")
        if len(self._recipients) >= MOST_RECIPIENTS:
            return [Send(_reply(452, "4.5.3 Too many recipients"))]
        address = found["address"].decode("utf-8", "replace")
        acceptance = self._accept(address)
        if acceptance is Acceptance.OURS:
            self._recipients.append(address)
            return [Send(_reply(250, "2.1.5 OK"))]
        if acceptance is Acceptance.LATER:
            return [Send(_reply(451, "4.3.0 Please try again later"))]
        return self._error(550, "5.1.1 No such address here")

    def _begin_data(self, line: bytes) -> list[Step]:
        if len(line) != len(b"DATA"):
            return self._error(501, "5.5.4 Syntax: DATA")
        if not self._recipients:
            return self._error(503, "5.5.1 No valid recipients")
        self._data = _Data()
        return [Send(_reply(354, "End with a dot on a line of its own"))]

    def _next_of_data(self) -> list[Step] | None:
        assert self._data is not None
        is_whole = self._data.take(self._received)
        if self._data.size_bytes > MOST_BYTES:
            return self._end(552, "5.3.4 Too large")
        if not is_whole:
            return None
        message = Take(tuple(self._recipients), bytes(self._data.kept))
        self._messages += 1
        self._forget_transaction()
        self._is_waiting = True
        return [message]

    def _rset(self, line: bytes) -> list[Step]:
        del line
        self._forget_transaction()
        return [Send(_reply(250, "2.0.0 OK"))]

    def _starttls(self, line: bytes) -> list[Step]:
        if line.upper() != b"STARTTLS":
            return self._error(500, "5.5.2 Unknown command")
        if not self._offers_tls:
            return self._error(503, "5.5.1 TLS is not available")
        if self._received:
            # What follows in the clear would be taken for something said under TLS (CVE-2011-0411).
            return self._end(554, "5.7.0 Nothing may follow STARTTLS")
        self._is_waiting = True
        return [Send(_reply(220, "2.0.0 Go ahead")), StartTls()]

    def _error(self, code: int, text: str) -> list[Step]:
        self._errors += 1
        if self._errors > MOST_ERRORS:
            return self._end(421, "4.7.0 Too many errors")
        return [Send(_reply(code, text))]

    def _end(self, code: int, text: str) -> list[Step]:
        self._is_over = True
        self._received.clear()
        return [Send(_reply(code, text)), Close()]

    def _forget_transaction(self) -> None:
        self._has_sender = False
        self._recipients = []
        self._data = None


class _Data:
    """A message on its way in: its head, and how much there was."""

    def __init__(self) -> None:
        self.kept = bytearray()
        self.size_bytes = 0
        # RFC 5321 4.1.1.4: the CRLF of the DATA command counts as the one before a lone dot.
        self._is_at_line_start = True

    def take(self, received: bytearray) -> bool:
        """Take what there is out of `received`; answer whether that was the end."""
        # Lines are taken whole as far as they are there, and of an unfinished one all but what may belong to its end.
        while True:
            end = received.find(b"\r\n")
            if end < 0:
                break
            line = bytes(received[: end + 2])
            del received[: end + 2]
            if self._is_at_line_start and line == b".\r\n":
                return True
            self._keep(line)
            self._is_at_line_start = True
        # A dot that begins a line must wait until it is known what follows.
        waits = 3 if self._is_at_line_start else 1
        if len(received) > waits:
            piece = bytes(received[:-1])
            del received[:-1]
            self._keep(piece)
            self._is_at_line_start = False
        return False

    def _keep(self, piece: bytes) -> None:
        if self._is_at_line_start and piece.startswith(b"."):
            piece = piece[1:]
        self.size_bytes += len(piece)
        room = MOST_KEPT_BYTES - len(self.kept)
        if room > 0:
            self.kept += piece[:room]


def _reply(code: int, text: str) -> bytes:
    return f"{code} {text}\r\n".encode()
