"""Suppressions: no spelling of a suppressed address slips by, and no other address is caught."""

import pytest

from indicia.mail.address import Address, parse_one
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import NotSuppressedError, SuppressionType
from tests.doubles.clock import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def suppressions(database, clock):
    return Suppressions(database, clock)


@pytest.fixture
async def domain_ids(registry):
    return [(await registry.add(name)).domain.id for name in ("a1.test", "a2.test")]


def read(text: str) -> Address:
    address = parse_one(text)
    assert address is not None
    return address


SPELLINGS = [
    "U@B.test",
    '"u"@b.test',
    '"\\u"@b.test',
    "u(comment)@b.test",
    "(comment) u@(comment)b.test",
    "Somebody <u@b.test>",
    "u@ b.test",
    "u@ｂ.test",
    "u@B。TEST",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_every_spelling_of_a_suppressed_address_is_suppressed(database, suppressions, domain_ids, spelling):
    await database.run(suppressions.add(domain_ids[0], read("u@b.test"), SuppressionType.COMPLAINT, ""))

    canonical = read(spelling).canonical

    assert await suppressions.already_among(domain_ids[0], [canonical]) == {canonical: SuppressionType.COMPLAINT}


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_an_address_is_suppressed_by_any_of_its_spellings(database, suppressions, domain_ids, spelling):
    await database.run(suppressions.add(domain_ids[0], read(spelling), SuppressionType.BOUNCE, ""))

    assert await database.run(suppressions.among(domain_ids[0], ["u@b.test"])) == {"u@b.test": SuppressionType.BOUNCE}


def test_a_trailing_dot_makes_an_address_that_nobody_can_mail():
    assert parse_one("u@b.test.") is None


async def test_an_international_domain_is_known_in_both_its_forms(database, suppressions, domain_ids):
    await database.run(suppressions.add(domain_ids[0], read("u@bücher.example"), SuppressionType.BLOCK, ""))

    canonical = read("U@XN--BCHER-KVA.example").canonical

    assert await suppressions.already_among(domain_ids[0], [canonical]) == {canonical: SuppressionType.BLOCK}


async def test_a_thousand_recipients_are_looked_up_at_once(database, suppressions, domain_ids):
    for number in (3, 700):
        await database.run(suppressions.add(domain_ids[0], read(f"u{number}@b.test"), SuppressionType.BOUNCE, ""))

    found = await suppressions.already_among(domain_ids[0], [f"u{number}@b.test" for number in range(1000)])

    assert found == {"u3@b.test": SuppressionType.BOUNCE, "u700@b.test": SuppressionType.BOUNCE}


async def test_another_domain_may_still_mail_the_address(database, suppressions, domain_ids):
    await database.run(suppressions.add(domain_ids[0], read("u@b.test"), SuppressionType.BOUNCE, ""))

    assert await suppressions.already_among(domain_ids[1], ["u@b.test"]) == {}


async def test_what_a_person_said_is_the_gravest_reason(database, suppressions, domain_ids):
    for kind in (SuppressionType.BOUNCE, SuppressionType.COMPLAINT, SuppressionType.UNSUBSCRIBE):
        await database.run(suppressions.add(domain_ids[0], read("u@b.test"), kind, f"by {kind}"))

    assert await suppressions.already_among(domain_ids[0], ["u@b.test"]) == {"u@b.test": SuppressionType.COMPLAINT}
    assert (await suppressions.gravest(domain_ids[0], read("U@b.test"))).error == "by complaint"


async def test_a_newer_word_on_the_same_reason_replaces_the_older(database, suppressions, domain_ids, clock):
    await database.run(suppressions.add(domain_ids[0], read("u@b.test"), SuppressionType.BOUNCE, "first"))
    clock.now += 10
    await database.run(suppressions.add(domain_ids[0], read("U@B.test"), SuppressionType.BOUNCE, "second"))

    (item,) = (await suppressions.page(domain_ids[0])).items

    assert (item.address, item.error, item.created_at) == ("u@b.test", "second", clock.now)


async def test_an_address_is_mailed_again_once_all_or_the_one_reason_is_removed(database, suppressions, domain_ids):
    for kind in (SuppressionType.BOUNCE, SuppressionType.BLOCK):
        await database.run(suppressions.add(domain_ids[0], read("u@b.test"), kind, ""))

    await suppressions.remove(domain_ids[0], read('"U"@b.test'), SuppressionType.BLOCK)
    left = await suppressions.already_among(domain_ids[0], ["u@b.test"])
    await suppressions.remove(domain_ids[0], read("u@b.test"))

    assert left == {"u@b.test": SuppressionType.BOUNCE}
    with pytest.raises(NotSuppressedError):
        await suppressions.remove(domain_ids[0], read("u@b.test"))
    with pytest.raises(NotSuppressedError):
        await suppressions.gravest(domain_ids[0], read("u@b.test"))


async def test_pages_show_everything_once(database, suppressions, domain_ids):
    addresses = [f"u{number}@b.test" for number in range(7)]
    for address in addresses:
        await database.run(suppressions.add(domain_ids[0], read(address), SuppressionType.BOUNCE, ""))
    seen, page = [], await suppressions.page(domain_ids[0], limit=3)

    while True:
        seen += [item.address for item in page.items]
        if page.after is None:
            break
        page = await suppressions.page(domain_ids[0], after=page.after, limit=3)

    assert seen == addresses
