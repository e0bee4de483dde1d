"""Settings: read once, from `indicia.toml` and the environment, the environment winning.

A setting's name in the file is its variable's without `INDICIA_`, in lower case. Names that nobody knows are an error,
because a misspelt one would otherwise be a setting that silently is not set.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import NamedTuple

import msgspec

from indicia.base.errors import AppError
from indicia.delivery.relays import Relay, parse_relay
from indicia.delivery.schedule import RetrySchedule, parse_schedule
from indicia.mail.address import parse_one
from indicia.mail.domain_names import ascii_name
from indicia.net.client_address import Network
from indicia.net.dns import parse_servers
from indicia.net.egress import Allowance, parse_allow
from indicia.net.smtp.way_out import WELL_KNOWN

PREFIX = "INDICIA_"
_FILE_VARIABLE = "INDICIA_CONFIG"
_DEFAULT_FILE = "indicia.toml"
_BASE_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(?:/[A-Za-z0-9._~/-]*)?")


class SettingsError(AppError, ValueError):
    """A setting is unknown or cannot be read; the message names it and says what to write."""


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this installation runs; see `docs/operations.md`."""

    data_dir: Path = Path("indicia-data")
    listen: Address = Address("127.0.0.1", 8080)
    database_url: str = ""
    dns_servers: tuple[str, ...] = ()
    egress_allow: tuple[Allowance, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    rate_limits: bool = True
    contact: str = "your administrator"
    smtp_port: int = 25
    relay_url: Relay | None = None
    hello_name: str = ""
    spf: str = ""
    source_ips: tuple[str, ...] = ()
    retry_schedule: RetrySchedule = RetrySchedule()
    probe_sender: str = ""
    probes_per_minute: int = 6
    port_check: tuple[str, ...] = WELL_KNOWN
    expire_hours: float = 72.0
    public_url: str = "http://127.0.0.1:8080"
    smtpd_listen: Address | None = None
    smtpd_certificate: Path | None = None
    settle_seconds: float = 10.0
    log_level: str = "info"
    log_format: str = "json"
    workers: int = 1

    @property
    def database_path(self) -> Path:
        """The embedded store's file."""
        if self.database_url:
            return Path(self.database_url.removeprefix("sqlite:///"))
        return self.data_dir / "indicia.sqlite3"

    @property
    def secret_path(self) -> Path:
        """The installation's master secret, which must never lie in the database it protects."""
        return self.data_dir / "secret.key"

    @property
    def blobs_path(self) -> Path:
        """Where large parts of messages are kept."""
        return self.data_dir / "blobs"

    @property
    def work_lock_path(self) -> Path:
        """The file whose lock the one process holds that works on the store."""
        return self.data_dir / "work.lock"

    @property
    def datasets_path(self) -> Path:
        """Where refreshed reference data is kept."""
        return self.data_dir / "datasets"


def load_settings() -> Settings:
    """Read the settings of this process.

    Raises:
        SettingsError: One is unknown or cannot be read; nothing is started.
    """
    environment = dict(os.environ)
    named = environment.pop(_FILE_VARIABLE, None)
    path = Path(named or _DEFAULT_FILE)
    if named and not path.is_file():
        raise SettingsError(f"{_FILE_VARIABLE}: there is no file {path}")
    written = _read_file(path) if path.is_file() else {}
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    return read_settings(written | given)


def read_settings(given: Mapping[str, str]) -> Settings:
    """Read settings from texts by variable name; an empty text is a setting left out.

    Raises:
        SettingsError: One is unknown or cannot be read.
    """
    values = {}
    for name, text in given.items():
        if name not in _READERS:
            raise SettingsError(f"{name}: unknown setting{_suggestion(name)}")
        if text == "":
            continue
        try:
            values[name.removeprefix(PREFIX).lower()] = _READERS[name](text)
        except ValueError as error:
            raise SettingsError(f"{name}: {error}") from error
    return Settings(**values)  # type: ignore[arg-type]


def _read_file(path: Path) -> dict[str, str]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error
    return {f"{PREFIX}{name.upper()}": _as_text(value) for name, value in content.items()}


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value)


def _suggestion(name: str) -> str:
    close = get_close_matches(name, _READERS, n=1)
    return f"; did you mean {close[0]}?" if close else "; see docs/operations.md for all of them"


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(f"must be host:port, such as 127.0.0.1:8080, not {text!r}")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def _address_or_off(text: str) -> Address | None:
    return None if text.lower() == "off" else _address(text)


def _base_url(text: str) -> str:
    if not _BASE_URL.fullmatch(text):
        raise ValueError(f"must be http(s)://host[:port][/path], such as https://links.example.com, not {text!r}")
    return text.rstrip("/")


def _database_url(text: str) -> str:
    if text.startswith("sqlite:///"):
        return text
    raise ValueError("must be sqlite:///path; PostgreSQL is not supported yet")


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _spf(text: str) -> str:
    if " " in text or not text.startswith(("a:", "mx:", "ip4:", "ip6:", "include:")):
        raise ValueError(f"must be one mechanism, such as include:_spf.example.com or ip4:192.0.2.1, not {text!r}")
    return text


def _switch(text: str) -> bool:
    known = {"on": True, "off": False}
    if text.lower() not in known:
        raise ValueError(f"must be on or off, not {text!r}")
    return known[text.lower()]


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise ValueError(f"must be 0 to 3600 seconds, not {text}")
    return value


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise ValueError(f"must be a port, not {text!r}")
    return int(text)


def _host_name(text: str) -> str:
    # RFC 5321 4.1.3: who has no name may greet with an address in brackets.
    if text.startswith("[") and text.endswith("]"):
        return text
    name = ascii_name(text)
    # Domains may carry underscores; hosts that greet with them are turned away by many (RFC 5321 2.3.5).
    if "_" in name:
        raise ValueError("a host name holds no underscores")
    return name


def _domains_or_off(text: str) -> tuple[str, ...]:
    return () if text.lower() == "off" else tuple(ascii_name(part.strip()) for part in text.split(",") if part.strip())


def _own_addresses(text: str) -> tuple[str, ...]:
    return tuple(str(ip_address(part.strip())) for part in text.split(",") if part.strip())


def _mailbox(text: str) -> str:
    address = parse_one(text)
    if address is None or address.name:
        raise ValueError(f"must be an address, such as postmaster@mail.example.com, not {text!r}")
    return address.envelope


def _probes(text: str) -> int:
    if not text.isdecimal() or int(text) > 10_000:
        raise ValueError(f"must be 0 (ask nobody) to 10000, not {text!r}")
    return int(text)


def _hours(text: str) -> float:
    value = float(text)
    if not 0 < value <= 720:
        raise ValueError(f"must be more than 0 and at most 720 hours, not {text}")
    return value


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {text!r}")
        return text.lower()

    return read


def _one_process(text: str) -> int:
    if text != "1":
        raise ValueError("must be 1: the embedded store is served by one process")
    return 1


def _not_yet(text: str) -> None:
    raise ValueError(f"{text!r} cannot be used yet: this version runs in one process")


_READERS: dict[str, Callable[[str], object]] = {
    "INDICIA_DATA_DIR": Path,
    "INDICIA_LISTEN": _address,
    "INDICIA_DATABASE_URL": _database_url,
    "INDICIA_VALKEY_URL": _not_yet,
    "INDICIA_DNS_SERVERS": parse_servers,
    "INDICIA_EGRESS_ALLOW": parse_allow,
    "INDICIA_TRUSTED_PROXIES": _networks,
    "INDICIA_RATE_LIMITS": _switch,
    "INDICIA_CONTACT": str,
    "INDICIA_WORKERS": _one_process,
    "INDICIA_SMTP_PORT": _port,
    "INDICIA_RELAY_URL": parse_relay,
    "INDICIA_SPF": _spf,
    "INDICIA_HELLO_NAME": _host_name,
    "INDICIA_SOURCE_IPS": _own_addresses,
    "INDICIA_RETRY_SCHEDULE": parse_schedule,
    "INDICIA_PROBE_SENDER": _mailbox,
    "INDICIA_PROBES_PER_MINUTE": _probes,
    "INDICIA_PORT_CHECK": _domains_or_off,
    "INDICIA_EXPIRE_HOURS": _hours,
    "INDICIA_SETTLE_SECONDS": _seconds,
    "INDICIA_LOG_LEVEL": _one_of("debug", "info", "warning", "error"),
    "INDICIA_LOG_FORMAT": _one_of("json", "text"),
    "INDICIA_PUBLIC_URL": _base_url,
    "INDICIA_SMTPD_LISTEN": _address_or_off,
    "INDICIA_SMTPD_CERTIFICATE": Path,
}
