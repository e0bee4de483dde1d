"""Command lines, written so that nothing in an address can end one (RFC 5321 4.1)."""

import base64
import re

from indicia.net.smtp.model import Letter, Login, MalformedLetterError

# No controls anywhere, and blanks, brackets and quotes in a quoted local part alone.
_PATH = re.compile(
    r'(?:"(?:[^"\\\x00-\x1f\x7f-\x9f]|\\[^\x00-\x1f\x7f-\x9f])*"|[^\s"<>\\\x00-\x1f\x7f-\x9f]+)@[^\s"<>\\\x00-\x1f\x7f-\x9f]+'
)
# RFC 5321 4.5.3.1: 64 of local part, 255 of domain, and what is between.
_MAX_PATH_BYTES = 320


def path(address: str) -> str:
    """Write `address` in its brackets; empty is the null return path.

    Raises:
        MalformedLetterError: It cannot be written so that every server reads this one address in it.
    """
    if address and (len(address.encode()) > _MAX_PATH_BYTES or not _PATH.fullmatch(address)):
        raise MalformedLetterError(f"{address!r} cannot be written in an SMTP command")
    return f"<{address}>"


def mail_command(letter: Letter, offers: frozenset[str]) -> str:
    """Write MAIL with the parameters that the server offers and the letter needs."""
    command = f"MAIL FROM:{path(letter.sender)}"
    if "SIZE" in offers:
        command += f" SIZE={letter.size_bytes}"
    # A server without it gets the bytes as they are, as qmail and Exim have sent them for decades: those that would
    # cut them to seven bits are gone, and re-coding would break the signature.
    if letter.is_8bit and "8BITMIME" in offers:
        command += " BODY=8BITMIME"
    return command + " SMTPUTF8" if needs_utf8(letter) else command


def rcpt_command(letter: Letter) -> str:
    """Write RCPT."""
    return f"RCPT TO:{path(letter.recipient)}"


def needs_utf8(letter: Letter) -> bool:
    """Tell whether only a server with SMTPUTF8 can take the letter (RFC 6531)."""
    return letter.needs_utf8 or not (letter.sender.isascii() and letter.recipient.isascii())


def auth_plain(login: Login) -> str:
    """Write AUTH PLAIN with its initial response (RFC 4616)."""
    return f"AUTH PLAIN {_encoded(f'{chr(0)}{login.user}{chr(0)}{login.password}')}"


def auth_login(login: Login) -> tuple[str, str, str]:
    """Write the three lines of AUTH LOGIN, each sent after a 334."""
    return "AUTH LOGIN", _encoded(login.user), _encoded(login.password)


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
