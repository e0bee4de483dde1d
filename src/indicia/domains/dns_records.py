"""What a sending domain has to publish, and how what it publishes is judged."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from indicia.domains.model import DkimKey
from indicia.mail.dkim import record_name, record_text
from indicia.net.dns import RecordType

# RFC 7208 4.6.4.
_MOST_SPF_LOOKUPS = 10

Ask = Callable[[str, RecordType], Awaitable[tuple[str, ...] | None]]
"""Lists what is published at a name; None when nobody said so in time. See `net.dns.Resolver.records`."""


class Purpose(StrEnum):
    """What a record is for."""

    SPF = "spf"
    """Says that our machines may send."""
    DKIM = "dkim"
    """Publishes a key that signs."""
    DMARC = "dmarc"
    """Says what becomes of mail that is neither."""
    TRACKING = "tracking"
    """Leads links and pixels under the domain's own name to us."""
    MX = "mx"
    """Leads bounces, complaints and unsubscribe mail to us."""


class Validity(StrEnum):
    """What was seen of a record."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    """Nobody said in time; nothing follows from it."""


class ExpectedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record to publish. `priority` is an MX record's alone."""

    purpose: Purpose
    name: str
    record_type: RecordType
    value: str
    priority: int | None = None


class CheckedRecord(msgspec.Struct, frozen=True):
    """A record, what was seen in its place, and what that is worth."""

    expected: ExpectedRecord
    validity: Validity
    seen: tuple[str, ...]


class Installation(NamedTuple):
    """What of this installation domains have to name.

    Attributes:
        mail_host: The host that sends, and takes mail.
        tracking_host: The host of links and pixels.
        spf: The mechanism that lets our machines send, such as `a:mail.example.org`.
        organisation_of: Answers the organisational domain of a name.
    """

    mail_host: str
    tracking_host: str
    spf: str
    organisation_of: Callable[[str], str]


def expected_records(domain: str, keys: Iterable[DkimKey], installation: Installation) -> list[ExpectedRecord]:
    """Answer what `domain`, whose mail `keys` sign, has to publish: what sending needs first."""
    return [
        ExpectedRecord(purpose=Purpose.SPF, name=domain, record_type="TXT", value=f"v=spf1 {installation.spf} ~all"),
        *(
            ExpectedRecord(
                purpose=Purpose.DKIM,
                name=record_name(key.selector, domain),
                record_type="TXT",
                value=record_text(key.algorithm, key.public),
            )
            for key in keys
        ),
        ExpectedRecord(purpose=Purpose.DMARC, name=f"_dmarc.{domain}", record_type="TXT", value="v=DMARC1; p=none"),
        ExpectedRecord(
            purpose=Purpose.TRACKING, name=f"email.{domain}", record_type="CNAME", value=installation.tracking_host
        ),
        ExpectedRecord(purpose=Purpose.MX, name=domain, record_type="MX", value=installation.mail_host, priority=10),
    ]


def may_send(records: Iterable[CheckedRecord]) -> bool:
    """Tell whether what is published proves that the domain's owner wants us to send: SPF, and one of the keys."""
    valid = {record.expected.purpose for record in records if record.validity is Validity.VALID}
    return {Purpose.SPF, Purpose.DKIM} <= valid


async def check(expected: ExpectedRecord, installation: Installation, ask: Ask) -> CheckedRecord:
    """Look for a record and judge what is there."""
    seen = await ask(expected.name, expected.record_type)
    if seen is None:
        return CheckedRecord(expected, Validity.UNKNOWN, ())
    match expected.purpose:
        case Purpose.SPF:
            validity, seen = await _spf(seen, installation.spf, ask)
        case Purpose.DKIM:
            validity = _validity(len(seen) == 1 and _same_key(seen[0], expected.value))
        case Purpose.DMARC:
            validity, seen = await _dmarc(expected.name, seen, installation, ask)
        case Purpose.TRACKING:
            validity = _validity(expected.value in seen)
        case Purpose.MX:
            validity = _validity(expected.value in {record.partition(" ")[2] for record in seen})
    return CheckedRecord(expected, validity, seen)


async def _spf(texts: Sequence[str], mechanism: str, ask: Ask) -> tuple[Validity, tuple[str, ...]]:
    policies = _of_version(texts, "v=spf1")
    # More than one is an error to receivers (RFC 7208 4.5).
    if len(policies) != 1:
        return Validity.INVALID, policies
    queue, lookups = [policies[0]], 0
    while queue:
        terms = _terms(queue.pop(0))
        if mechanism.lower() in terms:
            return Validity.VALID, policies
        for target in _onward(terms):
            lookups += 1
            if lookups > _MOST_SPF_LOOKUPS:
                return Validity.INVALID, policies
            found = await ask(target, "TXT")
            if found is None:
                return Validity.UNKNOWN, policies
            queue += _of_version(found, "v=spf1")
    return Validity.INVALID, policies


def _terms(policy: str) -> list[str]:
    """Answer what a policy allows, in order; nothing after `all` is ever looked at."""
    terms: list[str] = []
    for term in policy.lower().split()[1:]:
        if term.lstrip("+-~?") == "all":
            break
        terms.append(term.removeprefix("+"))
    return terms


def _onward(terms: Sequence[str]) -> list[str]:
    found = [term.partition(mark)[2] for term in terms for mark in ("include:", "redirect=") if term.startswith(mark)]
    # A macro depends on the mail at hand.
    return [name for name in found if name and "%" not in name]


def _same_key(text: str, wanted: str) -> bool:
    seen, key = _tags(text), _tags(wanted)
    return seen.get("p") == key["p"] and seen.get("k", "rsa") == key["k"]


def _tags(text: str) -> dict[str, str]:
    """Read `name=value; ...` (RFC 6376 3.2); white space counts nowhere in a key."""
    pairs = (tag.partition("=") for tag in text.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs}


async def _dmarc(
    name: str, texts: Sequence[str], installation: Installation, ask: Ask
) -> tuple[Validity, tuple[str, ...]]:
    """Judge the domain's policy, or where it has none that of its organisation (RFC 7489 6.6.3)."""
    policies = _of_version(texts, "v=DMARC1")
    if not policies:
        domain = name.removeprefix("_dmarc.")
        organisation = installation.organisation_of(domain)
        found = await ask(f"_dmarc.{organisation}", "TXT") if organisation != domain else ()
        if found is None:
            return Validity.UNKNOWN, ()
        policies = _of_version(found, "v=DMARC1")
    is_valid = len(policies) == 1 and _tags(policies[0]).get("p") in {"none", "quarantine", "reject"}
    return _validity(is_valid), policies


def _of_version(texts: Iterable[str], version: str) -> tuple[str, ...]:
    """Leave only what begins with that version, and not with a longer word."""
    return tuple(text for text in texts if text.replace(";", " ").split()[:1] == [version])


def _validity(is_valid: bool) -> Validity:  # noqa: FBT001
    return Validity.VALID if is_valid else Validity.INVALID
