"""The operator's relay: where all mail goes instead of to its mail exchangers, whatever DNS says."""

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from indicia.delivery.model import RelayUrlError
from indicia.net.smtp.model import Login, Security

_DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
_SECURITIES = {
    "off": Security.NONE,
    "opportunistic": Security.OPPORTUNISTIC,
    "required": Security.ENCRYPTED,
    "verified": Security.VERIFIED,
}


class Relay(NamedTuple):
    """A server that takes mail for everybody."""

    host: str
    port: int
    login: Login | None
    security: Security
    speaks_tls_first: bool

    @property
    def site(self) -> str:
        """What stands for it among all receivers."""
        user = "" if self.login is None else f"{self.login.user}@"
        return f"relay {user}{self.host}:{self.port}"


def parse_relay(url: str) -> Relay:
    """Read `smtp[s]://user:password@host:port`, user and password percent-encoded.

    `?tls=off|opportunistic|required|verified` says how it is encrypted. By default `smtps` is verified; `smtp` uses TLS
    where it is offered, and the client sends no password in clear over the Internet.

    Raises:
        RelayUrlError: It is malformed; the message says why, without the password.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError as error:
        raise RelayUrlError("is no URL such as smtp://user:password@mail.example.com:587") from error
    if scheme not in _DEFAULT_PORTS or not host or parts.path.strip("/") or port == 0:
        raise RelayUrlError("must look like smtp://user:password@mail.example.com:587 or smtps://...")
    asked = parse_qs(parts.query).get("tls", ["verified" if scheme == "smtps" else "opportunistic"])[-1]
    if asked not in _SECURITIES or (asked == "off" and scheme == "smtps"):
        raise RelayUrlError("?tls= must be opportunistic, required or verified, and for smtp:// it may be off")
    login = Login(unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return Relay(host, port or _DEFAULT_PORTS[scheme], login, _SECURITIES[asked], speaks_tls_first=scheme == "smtps")
