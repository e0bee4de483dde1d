"""`indicia dkim`: the keys that sign a domain's mail, and the DNS records that publish them."""

import json
from datetime import UTC, datetime

import click

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.cli.durations import DurationType
from indicia.cli.session import named_domain, with_store
from indicia.domains.dkim_keys import DEFAULT_OVERLAP_SECONDS
from indicia.domains.model import DkimKey, DkimKeyState
from indicia.mail.dkim import record_name, record_text

# RFC 1035 3.3.14: a TXT record is made of strings of 255 octets.
_LONGEST_STRING = 255


@click.group()
def dkim() -> None:
    """Keys that sign mail, and their DNS records."""


@dkim.command()
@click.argument("domain")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def show(domain: str, *, as_json: bool) -> None:
    """Print the DNS records that DOMAIN's mail needs now: both kinds of key, and those of a rotation under way."""

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        _print(found.name, await store.dkim_keys.all_of(found.id), as_json=as_json)

    with_store(work)


@dkim.command()
@click.argument("domain")
@click.option(
    "--overlap",
    type=DurationType(),
    default=f"{DEFAULT_OVERLAP_SECONDS // 3600}h",
    show_default=True,
    help="How long the old keys go on signing, so that the new records can spread.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; times are unix seconds.")
def rotate(domain: str, overlap: int, *, as_json: bool) -> None:
    """Give DOMAIN new keys.

    Publish their records before the overlap ends, and leave the old ones for a week after it.
    """

    async def work(store: Store) -> None:
        found = await named_domain(store, domain)
        await store.dkim_keys.rotate(found.id, overlap)
        _print(found.name, await store.dkim_keys.all_of(found.id), as_json=as_json)

    with_store(work)


def _print(domain: str, keys: list[DkimKey], *, as_json: bool) -> None:
    now = system_clock()
    if as_json:
        click.echo(json.dumps([_fields(domain, key, now) for key in keys]))
        return
    for key in keys:
        text = record_text(key.algorithm, key.public)
        strings = [text[start : start + _LONGEST_STRING] for start in range(0, len(text), _LONGEST_STRING)]
        click.echo(f"; {key.algorithm}: {_meaning(key, now)}")
        click.echo(f"{record_name(key.selector, domain)}. IN TXT " + " ".join(f'"{string}"' for string in strings))


def _fields(domain: str, key: DkimKey, now: float) -> dict[str, object]:
    return {
        "algorithm": key.algorithm,
        "name": record_name(key.selector, domain),
        "record_type": "TXT",
        "retired_at": key.retired_at,
        "selector": key.selector,
        "signs_from": key.signs_from,
        "state": key.state(now),
        "value": record_text(key.algorithm, key.public),
    }


def _meaning(key: DkimKey, now: float) -> str:
    match key.state(now):
        case DkimKeyState.WAITING:
            return f"signs from {_time(key.signs_from)}; publish it before"
        case DkimKeyState.RETIRED:
            return f"signed until {_time(key.retired_at)}; keep it for a week after"
    return "signs now" if key.retired_at is None else f"signs until {_time(key.retired_at)}"


def _time(timestamp: float | None) -> str:
    return datetime.fromtimestamp(timestamp or 0.0, UTC).strftime("%Y-%m-%d %H:%M UTC")
