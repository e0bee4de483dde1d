"""`indicia domain check`: what a domain has to publish, what it does, and whether that will do."""

import json
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack

import click

from indicia.bootstrap.domains import settings_to_name, verification
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import open_outside, open_way_out
from indicia.cli.session import named_domain, with_store
from indicia.config import load_settings
from indicia.domains.dns_records import CheckedRecord, Purpose, Validity
from indicia.domains.verification import Verified
from indicia.net.smtp.way_out import Trial, WayOutState

_MEANINGS = {
    Purpose.SPF: "SPF: lets this installation send. Keep other terms of a record that is there, and add ours.",
    Purpose.DKIM: "DKIM: a key that signs. One line, or strings of 255 characters side by side.",
    Purpose.DMARC: "DMARC: asks for reports or more once you are sure; p=none changes nothing.",
    Purpose.TRACKING: "Tracking: links and pixels under your own name.",
    Purpose.MX: "MX: bounces, complaints and unsubscribe mail. Leave it out where the domain takes mail elsewhere.",
}


# What domains would have to name is not known without them, and a wrong value would be copied.
_NAMES = {
    "INDICIA_HELLO_NAME": "the full name of this machine in DNS, such as mail.example.org",
    "INDICIA_PUBLIC_URL": "where everybody reaches this service, such as https://mail.example.org",
}


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(name: str, *, as_json: bool) -> None:
    """Show the DNS records that NAME needs and whether they are there.

    An unverified domain whose SPF and one DKIM record are valid becomes active. The exit code is 0 if these are, 1 if
    not, and 3 if DNS did not say.
    """
    settings = load_settings()

    async def work(store: Store) -> tuple[Verified, Trial | None]:
        async with AsyncExitStack() as closing:
            outside = open_outside(settings, closing)
            domain = await named_domain(store, name)
            verified = await verification(settings, store, outside.resolver).verify(domain)
            # Whoever sends through a relay needs no port 25.
            return verified, None if settings.relay_url else await open_way_out(settings, outside).trial()

    verified, port = with_store(work)
    to_name = settings_to_name(settings)
    if as_json:
        records = [_fields(each) | {"set_first": to_name.get(each.expected.purpose)} for each in verified.records]
        shown = {"domain": verified.domain.name, "port_25": port and port.state, "records": records}
        click.echo(json.dumps(shown | {"state": verified.domain.state}))
    else:
        _print(verified, port, to_name)
    sys.exit(_exit_code(verified))


_PORT = {
    WayOutState.OPEN: "open",
    WayOutState.CLOSED: "closed, and no mail leaves this machine but through a relay",
    WayOutState.UNKNOWN: "not known",
}


def _exit_code(verified: Verified) -> int:
    if verified.may_send:
        return 0
    needed = [each for each in verified.records if each.expected.purpose in {Purpose.SPF, Purpose.DKIM}]
    return 3 if any(each.validity is Validity.UNKNOWN for each in needed) else 1


def _print(verified: Verified, port: Trial | None, to_name: Mapping[Purpose, str]) -> None:
    # No table: these values are to be copied, and a table would break them.
    last = None
    for each in verified.records:
        expected = each.expected
        if expected.purpose is not last:
            click.echo(f"\n{_MEANINGS[expected.purpose]}")
            last = expected.purpose
        if expected.purpose in to_name:
            setting = to_name[expected.purpose]
            click.echo(f"  NOT YET  Set {setting} first, to {_NAMES[setting]}; then check again.")
            continue
        priority = "" if expected.priority is None else f"{expected.priority} "
        click.echo(f"  {each.validity.upper():8} {expected.name}  {expected.record_type}  {priority}{expected.value}")
        if each.validity is Validity.INVALID:
            click.echo(f"           there is: {' | '.join(each.seen) or 'nothing'}")
        if each.validity is Validity.UNKNOWN:
            click.echo("           DNS did not answer in time; check again")
    if port is not None:
        click.echo(f"\nPort 25: {_PORT[port.state]}; {port.because}.")
    click.echo(f"\n{verified.domain.name} is {verified.domain.state}.")


def _fields(each: CheckedRecord) -> dict[str, object]:
    return {
        "name": each.expected.name,
        "priority": each.expected.priority,
        "purpose": each.expected.purpose,
        "record_type": each.expected.record_type,
        "seen": each.seen,
        "valid": each.validity,
        "value": each.expected.value,
    }
