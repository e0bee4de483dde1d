"""MTA-STS: a domain's word that its mail exchangers have TLS with certificates that hold (RFC 8461)."""

import re
from enum import StrEnum
from typing import NamedTuple

MAX_POLICY_BYTES = 64 * 1024
# RFC 8461 3.2
LONGEST_AGE_SECONDS = 31_557_600

_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_MX = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class Mode(StrEnum):
    """What is to be done where a server does not fit the policy; only `ENFORCE` keeps mail from being sent."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


class Policy(NamedTuple):
    """A domain's policy; `patterns` name its mail exchangers in lower case, `max_age_seconds` how long it holds."""

    mode: Mode
    patterns: tuple[str, ...]
    max_age_seconds: int

    def allows(self, host: str) -> bool:
        """Tell whether `host` (lower case, without a final dot) may be sent to; `*.` stands for exactly one label."""
        wild = f"*.{host.partition('.')[2]}"
        return any(pattern in {host, wild} for pattern in self.patterns)


def policy_id(texts: tuple[str, ...]) -> str | None:
    """Read a policy's id from the TXT records at `_mta-sts`; None where there is not exactly one that is valid."""
    records = [text for text in texts if re.match(r"v=STSv1\s*;", text)]
    if len(records) != 1:
        return None
    fields = dict(field.strip().partition("=")[::2] for field in records[0].split(";"))
    found = fields.get("id", "")
    return found if _ID.fullmatch(found) else None


def parse_policy(document: bytes) -> Policy | None:
    """Read a policy; None where it is none."""
    fields: dict[str, list[str]] = {}
    for line in document.decode("utf-8", "replace").splitlines():
        key, separator, value = line.partition(":")
        if separator:
            fields.setdefault(key.strip(), []).append(value.strip())
    patterns = tuple(pattern.lower() for pattern in fields.get("mx", ()))
    try:
        mode, age = Mode(_only(fields, "mode")), int(_only(fields, "max_age"))
    except ValueError:
        return None
    if _only(fields, "version") != "STSv1" or not 0 <= age <= LONGEST_AGE_SECONDS:
        return None
    if not all(_MX.fullmatch(pattern) for pattern in patterns) or (mode is not Mode.NONE and not patterns):
        return None
    return Policy(mode, patterns, age)


def _only(fields: dict[str, list[str]], key: str) -> str:
    values = fields.get(key, [])
    return values[0] if len(values) == 1 else ""
