"""The egress guard: decides which destinations others can make us talk to.

Webhook URLs and MX hosts are named by customers. A URL is parsed here, once and strictly; the address that is
finally connected to is judged by `EgressGuard.check_address`. The idea: docs/decisions/egress-guard.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import quote

from indicia.mail.domain_names import ascii_name
from indicia.net.addresses import Address, Network, is_public, unmapped
from indicia.net.model import EgressRefusedError

MAX_URL_BYTES = 2048

_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"(?i:(https?))://([^/?#]+)([^#]*)(?:#.*)?")
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:\[\]]+)(?::([0-9]{1,5}))?")
# RFC 3986 3.3 and 3.4, and the brackets that many query strings hold as they are.
_TARGET_CHARACTERS = "/?%:@!$&'()*+,;=[]"
# WHATWG URL, "ends in a number": what one parser or another takes for an IPv4 address.
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")

# Names that are answered inside a network and never by the public DNS: RFC 6761, RFC 6762 with its appendix G,
# RFC 7686 (onion), RFC 8375 (home.arpa), ICANN's reserved `internal`, and Kubernetes' `svc`.
_INSIDE_SUFFIXES = (
    *(".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private", ".corp", ".home", ".lan"),
    *(".home.arpa", ".onion", ".svc"),
)

# WHATWG Fetch, "bad ports": other protocols, which an HTTP request can be shaped to speak.
_FETCH_BAD_PORTS = (
    "1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 "
    "123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 "
    "990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080"
)
# Databases, brokers and consoles, which act on a plain HTTP request or on one line of it.
_ADMIN_PORTS = (
    "1433 1521 2181 2375 2376 2379 2380 3306 3389 5432 5672 5900 5984 5985 5986 6379 6443 7001 8086 8500 9042 "
    "9092 9200 9300 10250 10255 10256 11211 27017 27018 27019"
)
_BAD_PORTS = frozenset(map(int, f"{_FETCH_BAD_PORTS} {_ADMIN_PORTS}".split()))


class Allowance(NamedTuple):
    """What the operator lets through although it is not public: a network, and a port or all (None)."""

    network: Network
    port: int | None


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that was parsed and passed.

    Attributes:
        host: A name of A-labels, or a literal address in canonical form, without brackets.
        address: The literal address; None where `host` is a name, still to be resolved.
        target: Path and query, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    address: Address | None
    target: str

    @property
    def url(self) -> str:
        """The URL in the one spelling that every parser reads alike."""
        host = f"[{self.host}]" if isinstance(self.address, IPv6Address) else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.target}"


class EgressGuard:
    """Refuses destinations inside our own networks, and whatever could be read as one."""

    def __init__(self, allow: Sequence[Allowance] = ()) -> None:
        self._allow = tuple(allow)

    def check_url(self, url: str) -> Destination:
        """Parse `url` and refuse what no delivery may ever reach; looks nothing up.

        Raises:
            EgressRefusedError: It is not worth storing: it would be refused at each delivery as well.
        """
        destination = destination_of(url)
        address, port = destination.address, destination.port
        if address is not None:
            self.check_address(destination.host, port)
        if port in _BAD_PORTS and not (address is not None and self._is_allowed(address, port)):
            raise EgressRefusedError("the port belongs to another protocol")
        return destination

    def check_address(self, address: str, port: int) -> None:
        """Refuse `address` unless it is public, or the operator allows it together with `port`.

        Raises:
            EgressRefusedError: No packet may go there.
        """
        parsed = ip_address(address)
        if not is_public(parsed) and not self._is_allowed(parsed, port):
            raise EgressRefusedError("the address is not public")

    def _is_allowed(self, address: Address, port: int) -> bool:
        plain = unmapped(address)
        return any(plain in network and allowed in {None, port} for network, allowed in self._allow)


def parse_allow(text: str) -> tuple[Allowance, ...]:
    """Read `ip-or-prefix:port,...`; `*` is any port, IPv6 stands in brackets, empty text allows nothing.

    Raises:
        ValueError: An entry is malformed; the message shows it.
    """
    return tuple(_allowance(entry.strip()) for entry in text.split(",") if entry.strip())


def destination_of(url: str) -> Destination:
    """Parse `url` in the one way that all checks rely on, without judging where it leads.

    Raises:
        EgressRefusedError: It is malformed, or of a form that no delivery may ever use.
    """
    # Parsers disagree on where white space, controls and backslashes end a host; no URL holds any of them.
    if not url.isprintable() or " " in url or "\\" in url:
        raise EgressRefusedError("the URL holds characters that no URL may hold")
    if len(url.encode()) > MAX_URL_BYTES:
        raise EgressRefusedError("the URL is too long")
    match = _URL.fullmatch(url)
    if match is None:
        raise EgressRefusedError("the URL is no absolute http or https URL")
    scheme, authority, target = match[1].lower(), match[2], match[3]
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None or "@" in authority:
        raise EgressRefusedError("the URL holds credentials, or a malformed host or port")
    port = _DEFAULT_PORTS[scheme] if parts[2] is None else int(parts[2])
    if not 0 < port < 65536:
        raise EgressRefusedError("the URL's port does not exist")
    address = _literal(parts[1])
    host = _name(parts[1]) if address is None else str(address)
    target = quote(target if target.startswith("/") else f"/{target}", safe=_TARGET_CHARACTERS)
    return Destination(scheme, host, port, address, target)


def _literal(host: str) -> Address | None:
    if not host.startswith("["):
        try:
            return IPv4Address(host)
        except ValueError:
            return None
    # A zone (`%eth0`, RFC 6874) would name one of our own interfaces.
    if "%" in host:
        raise EgressRefusedError("the URL's IPv6 address has a zone")
    try:
        return IPv6Address(host[1:-1])
    except ValueError as error:
        raise EgressRefusedError("the URL's IPv6 address is malformed") from error


def _name(host: str) -> str:
    try:
        name = ascii_name(host)
    except ValueError as error:
        raise EgressRefusedError("the URL's host is no host name") from error
    if _NUMERIC_LABEL.fullmatch(name.rpartition(".")[2]):
        raise EgressRefusedError("the URL's host is an address in disguise")
    if "." not in name or name.endswith(_INSIDE_SUFFIXES):
        raise EgressRefusedError("the URL's host is a name of local networks")
    return name


def _allowance(entry: str) -> Allowance:
    network, _, port = entry.rpartition(":")
    if port != "*" and not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"{entry!r} does not end in :port or :*")
    if ":" in network and not (network.startswith("[") and network.endswith("]")):
        raise ValueError(f"{entry!r} needs brackets around its IPv6 address")
    try:
        return Allowance(ip_network(network.strip("[]")), None if port == "*" else int(port))
    except ValueError as error:
        raise ValueError(f"{entry!r}: {error}") from error
