"""Addresses: how fast and how well they are parsed beside other libraries, and how many are verified at once.

    python -m benchmarks.addresses            all of it, about two minutes
    python -m benchmarks.addresses --offline  without flanker

Ratios are worth more than numbers. Everything runs side by side in one process but flanker, whose old dependencies go
into a virtual environment that is thrown away.
"""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from email import policy
from email.utils import getaddresses
from functools import partial
from pathlib import Path
from typing import Any

from email_validator import EmailNotValidError, validate_email

from indicia.base.clock import system_clock
from indicia.base.log import set_up_logging
from indicia.datasets.address_lists import AddressLists
from indicia.mail.address import is_mailbox, parse_list, parse_one
from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.way_out import WayOut
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.suppressions.guard import Suppressions
from indicia.validation.bulk import Bulk, Item
from indicia.validation.deliveries import Deliveries
from indicia.validation.memory import Memory
from indicia.validation.model import Verification
from indicia.validation.pacing import Pacing
from indicia.validation.probe import PROBE_TIMEOUTS, Probe, ProbeOptions
from indicia.validation.syntax import envelope_address
from indicia.validation.verify import Questions, Verifier
from tests.doubles.dns_zone import DnsZone
from tests.doubles.smtp_peer import Answer, Session, SmtpPeer, reply
from tests.unit.mail.test_address import HOSTILE

SUITES = Path("tests/unit/mail/suites")
ITEMS = 1000
ROUNDS = 3
HOSTILE_CHARACTERS = 8000

_FLANKER = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
from flanker.addresslib import address
work = json.load(sys.stdin)
def best(run, rounds):
    times = []
    for _ in range(rounds):
        began = time.process_time(); run(); times.append(time.process_time() - began)
    return min(times)
def accepts(text, **how):
    try:
        return isinstance(address.parse(text, **how), address.EmailAddress)
    except Exception:
        return False
def listed(text):
    try:
        return [found.address for found in address.parse_list(text)]
    except Exception:
        return None
json.dump({
    "list": best(lambda: address.parse_list(work["list"]), work["rounds"]),
    "found": len(address.parse_list(work["list"])),
    "singles": best(lambda: [address.parse(item) for item in work["items"]], work["rounds"]),
    "agreements": [sum(accepts(text) == wanted for text, wanted in rows) for rows in work["suites"]],
    "strict": [sum(accepts(text, addr_spec_only=True, strict=True) == wanted for text, wanted in rows)
               for rows in work["suites"]],
    "lists": sum(listed(text) == wanted for text, wanted in work["lists"]),
}, sys.stdout)
"""


def items(first: int = 0) -> list[str]:
    """Half bare, a quarter with a plain name, a quarter with a quoted one; others for each `first`."""
    forms = (
        "user{0}@example{1}.com",
        "first.last{0}@mail.example{1}.org",
        "Ann Smith <ann{0}@example{1}.net>",
        '"Last{0}, First" <last{0}@example{1}.com>',
    )
    return [forms[number % 4].format(number, number % 60) for number in range(first, first + ITEMS)]


def best(run: Callable[[], object]) -> float:
    """Answer the least CPU time of some rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return min(times)


def best_alone(read: Callable[[str], object]) -> float:
    """Answer the same for reading items one by one, none of them twice: we remember what we read."""
    rounds = iter([items(ITEMS * number) for number in range(1, ROUNDS + 1)])
    return best(lambda: [read(item) for item in next(rounds)])


def email_validator_accepts(text: str) -> bool:
    try:
        validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            test_environment=True,
            globally_deliverable=False,
            strict=True,
        )
    except EmailNotValidError:
        return False
    return True


def header_registry_accepts(text: str) -> bool:
    try:
        found = policy.default.header_factory("To", text)
        return len(found.addresses) == 1 and not found.defects and bool(found.addresses[0].domain)
    except Exception:  # noqa: BLE001 - It raises whatever it likes.
        return False


def header_registry_list(text: str) -> list[str] | None:
    try:
        found = policy.default.header_factory("To", text).addresses
        return [address.addr_spec for address in found if address.domain]
    except Exception:  # noqa: BLE001 - It raises whatever it likes.
        return None


LIST_READERS: dict[str, Callable[[str], list[str] | None]] = {
    "Indicia, parse": lambda text: [address.addr_spec for address in parse_list(text).addresses],
    "headerregistry": header_registry_list,
    "getaddresses": lambda text: [address for _, address in getaddresses([text]) if address],
}


def lists() -> list[tuple[str, list[str]]]:
    """The lists of CPython's tests, each with its addresses."""
    rows = json.loads((SUITES / "cpython.json").read_text("utf-8"))["lists"]
    return [(text, wanted) for text, wanted in rows]


def suites() -> list[tuple[str, list[tuple[str, bool]]]]:
    """The published suites, once for each reading that they can be held against."""
    isemail = json.loads((SUITES / "isemail.json").read_text("utf-8"))["rows"]
    flanker = json.loads((SUITES / "flanker.json").read_text("utf-8"))["rows"]
    jmail = json.loads((SUITES / "jmail.json").read_text("utf-8"))["rows"]
    cpython = json.loads((SUITES / "cpython.json").read_text("utf-8"))["singles"]
    envelope = ("valid", "dnsWarn", "rfc5321")
    return [
        ("isemail, as an envelope", [(text, diagnosis.startswith(envelope)) for text, diagnosis in isemail]),
        ("isemail, in a header", [(text, not diagnosis.startswith("err")) for text, diagnosis in isemail]),
        ("flanker's fixtures", [(text, wanted) for text, wanted in flanker]),
        ("JMail", [(text, wanted) for text, wanted in jmail]),
        ("CPython, in a header", [(text, wanted) for text, wanted in cpython]),
    ]


def run_flanker(listed: str, single: Sequence[str], rows: Sequence[Sequence[tuple[str, bool]]]) -> dict[str, Any]:
    """Measure flanker 0.9.11 in a virtual environment that is thrown away."""
    with tempfile.TemporaryDirectory() as directory:
        venv.create(directory, with_pip=True)
        python = Path(directory) / "bin" / "python"
        quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([python, *quiet, "flanker==0.9.11", "setuptools<80"], check=True, stderr=subprocess.DEVNULL)
        work = json.dumps({"list": listed, "items": list(single), "rounds": ROUNDS, "suites": rows, "lists": lists()})
        done = subprocess.run(
            [python, "-W", "ignore", "-c", _FLANKER], input=work, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)


def parsing(*, with_flanker: bool) -> None:
    """Print speed and agreement."""
    single = items()
    listed = ", ".join(single)
    published = suites()
    assert len(parse_list(listed).addresses) == ITEMS
    speeds = {
        "Indicia": (best(lambda: parse_list(listed)), best_alone(parse_one)),
        "getaddresses": (best(lambda: getaddresses([listed])), best_alone(lambda item: getaddresses([item]))),
        "headerregistry": (
            best(lambda: policy.default.header_factory("To", listed).addresses),
            best_alone(lambda item: policy.default.header_factory("To", item).addresses),
        ),
    }
    readings = {
        "Indicia, envelope": lambda text: envelope_address(text) is not None,
        "Indicia, header": is_mailbox,
        "Indicia, parse": lambda text: parse_one(text) is not None,
        "email-validator": email_validator_accepts,
        "headerregistry": header_registry_accepts,
    }
    agreements = {
        name: [sum(accepts(text) == wanted for text, wanted in rows) for _, rows in published]
        for name, accepts in readings.items()
    }
    in_lists = {name: sum(read(text) == wanted for text, wanted in lists()) for name, read in LIST_READERS.items()}
    if with_flanker:
        flanker = run_flanker(listed, single, [rows for _, rows in published])
        assert flanker["found"] == ITEMS
        speeds["flanker 0.9.11"] = flanker["list"], flanker["singles"]
        agreements["flanker 0.9.11"] = flanker["agreements"]
        agreements["flanker 0.9.11, strict"] = flanker["strict"]
        in_lists["flanker 0.9.11"] = flanker["lists"]
    ours = speeds["Indicia"]
    print(f"| CPU, {ITEMS} addresses | one list, ms | singles, ms | times ours, list | times ours, singles |")
    print("|---|---|---|---|---|")
    for name, (in_list, alone) in speeds.items():
        print(f"| {name} | {in_list * 1e3:.1f} | {alone * 1e3:.1f} | {in_list / ours[0]:.1f} | {alone / ours[1]:.1f} |")
    slowest, piece = max((best(partial(parse_list, _hostile(piece))), piece) for piece in HOSTILE)
    print(
        f"\n{len(HOSTILE)} hostile texts of {HOSTILE_CHARACTERS} characters: "
        f"at most {slowest * 1e3:.1f} ms ({piece!r})\n"
    )
    heads = [f"{name} ({len(rows)})" for name, rows in published] + [f"CPython, lists ({len(lists())})"]
    print("| agreement | " + " | ".join(heads) + " |\n|---" + "|---" * len(heads) + "|")
    for name, counts in agreements.items():
        print(f"| {name} | " + " | ".join(map(str, [*counts, in_lists.get(name, "")])) + " |")
    print(f"\ngetaddresses: {in_lists['getaddresses']} of CPython's lists")


def _hostile(piece: str) -> str:
    return piece * (HOSTILE_CHARACTERS // len(piece))


HOSTS, PER_HOST, PER_MINUTE, SAMPLED_HOSTS = 50, 20, 30, 3
# Local part, what the host says, and what that must come to.
SCRIPT = {
    "taken": ("250 2.1.5 ok", "accepted_email"),
    "gone": ("550 5.1.1 no such user", "rejected_email"),
    "disabled": ("554 5.2.1 mailbox disabled", "rejected_email"),
    "full": ("452 4.2.2 mailbox full", "low_deliverability"),
    "grey": ("450 4.2.0 Greylisted", "unavailable_smtp"),
    "blocked": ("554 5.7.1 Client host blocked using a list", "unavailable_smtp"),
    "rate": ("452 4.5.3 Too many recipients", "unavailable_smtp"),
    "policy": ("550 5.7.1 message refused by policy", "unavailable_smtp"),
    "support": ("250 2.1.5 ok", "low_quality"),
    "unclear": ("554 Transaction failed", "unavailable_smtp"),
}


def case_of(text: str) -> str:
    """Answer which case of the script an address is: `gone-7@...` or `support+7@...`."""
    return text.partition("@")[0].partition("-")[0].partition("+")[0]


class Host(SmtpPeer):
    """A mail host as far away as they are, that answers by local part."""

    def __init__(self, host: str, port: int, chance: random.Random) -> None:
        super().__init__(host, port)
        self.round_trip = chance.uniform(0.03, 0.15)
        self.asked_at: list[float] = []

    async def _answer(self, verb: str, session: Session, default: Answer) -> None:
        if verb == "banner":
            self.asked_at.append(time.monotonic())
            # A connection takes a round trip too, and most hosts look the client up before they greet.
            await asyncio.sleep(2 * self.round_trip)
        await asyncio.sleep(self.round_trip)
        await super()._answer(verb, session, default)

    async def _rcpt(self, session: Session, line: str) -> None:
        await reply(SCRIPT.get(case_of(line.partition("<")[2]), ("550 5.1.1 no such user", ""))[0])(session)


async def verifying() -> None:
    """Print how much faster many hosts are asked than one after another, and whether each was asked politely."""
    chance = random.Random(20261128)
    async with AsyncExitStack() as closing, DnsZone() as zone:
        first = await closing.enter_async_context(Host("127.0.1.1", 0, chance))
        others = [Host(f"127.0.1.{number}", first.port, chance) for number in range(2, HOSTS + 1)]
        hosts = [first, *[await closing.enter_async_context(host) for host in others]]
        for number in range(1, HOSTS + 1):
            zone.answer(f"d{number}.example.org", "MX", [f"10 mx{number}.example.net"])
            zone.answer(f"mx{number}.example.net", "A", [f"127.0.1.{number}"])
        locals_ = list(SCRIPT)
        texts = [
            f"{locals_[index % len(locals_)]}-{index}@d{number}.example.org".replace(
                f"support-{index}", f"support+{index}"
            )
            for index in range(PER_HOST)
            for number in range(1, HOSTS + 1)
        ]
        mean = statistics.mean(host.round_trip for host in hosts)
        usual = sorted(hosts, key=lambda host: abs(host.round_trip - mean))[:SAMPLED_HOSTS]
        sample = [
            text for text in texts if any(text.endswith(f"@d{hosts.index(host) + 1}.example.org") for host in usual)
        ]
        alone = await _one_at_a_time(closing, zone, first.port, sample) / len(sample) * len(texts)
        for host in hosts:
            host.asked_at.clear()
        together, found = await _together(closing, zone, first.port, texts)
        wrong = [text for text in texts if found[text] != SCRIPT[case_of(text)][1]]
        most = max(_most_in_a_minute(host.asked_at) for host in hosts)
        print(f"\n{len(texts)} addresses at {HOSTS} hosts with round trips of 30 to 150 ms:")
        print(
            f"one at a time {alone:.0f} s (from {len(sample)} of them), together {together:.1f} s: "
            f"{alone / together:.0f} times"
        )
        print(
            f"questions to one host in 60 s: {most}, limit {PER_MINUTE}; mapped wrongly: {len(wrong)} of {len(texts)}"
        )


def _most_in_a_minute(times: Sequence[float]) -> int:
    return max(sum(begin <= at < begin + 60 for at in times) for begin in times)


async def _verifier(closing: AsyncExitStack, zone: DnsZone, port: int) -> Verifier:
    directory = closing.enter_context(tempfile.TemporaryDirectory())
    database = SqliteDatabase(Path(directory) / "store.sqlite3")
    closing.push_async_callback(database.close)
    await migrate(database, system_clock)
    resolver = Resolver(system_clock, (zone.address,))
    closing.push_async_callback(resolver.close)
    client = SmtpClient(
        EgressGuard(parse_allow("127.0.0.0/8:*")), hello_name="mail.example.com", timeouts=PROBE_TIMEOUTS
    )
    way_out = WayOut(client, resolver, system_clock, port=port, domains=())
    probe = Probe(client, resolver, way_out, ProbeOptions("postmaster@mail.example.com", port), system_clock)
    verifier = Verifier(
        AddressLists.open(None),
        Deliveries(database, Suppressions(database, system_clock), system_clock),
        Memory(database, system_clock),
        resolver,
        Questions(probe, Pacing(database, PER_MINUTE, system_clock), way_out),
        system_clock,
    )
    closing.push_async_callback(verifier.close)
    return verifier


async def _one_at_a_time(closing: AsyncExitStack, zone: DnsZone, port: int, texts: Sequence[str]) -> float:
    verifier = await _verifier(closing, zone, port)
    began = time.monotonic()
    for text in texts:
        await verifier.verify(None, text, seconds=30)
    return time.monotonic() - began


async def _together(
    closing: AsyncExitStack, zone: DnsZone, port: int, texts: Sequence[str]
) -> tuple[float, dict[str, str]]:
    verifier = await _verifier(closing, zone, port)
    found: dict[str, str] = defaultdict(str)

    async def done(item: Item, verification: Verification) -> None:
        found[item.text] = verification.reason

    began = time.monotonic()
    # Nobody is waited for: what a host wants asked again later is told as it is.
    await Bulk(verifier, None, done, system_clock).run(
        [Item(number, text) for number, text in enumerate(texts)], give_up_at=system_clock() + 1
    )
    return time.monotonic() - began, found


if __name__ == "__main__":
    set_up_logging(level="warning", as_json=False)
    parsing(with_flanker="--offline" not in sys.argv[1:])
    asyncio.run(verifying())
