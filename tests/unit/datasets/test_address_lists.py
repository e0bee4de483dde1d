"""What the shipped lists say about domains and local parts."""

from pathlib import Path

import pytest

from indicia.datasets.address_lists import AddressLists
from indicia.datasets.sections import parse

TYPED = list(parse((Path(__file__).parent / "typed_domains.txt").read_text("utf-8")))
# As measured: of 168 slips 159 are recognised, 9 are left alone, none is corrected to something else.
FEWEST_RECOGNISED = 159


@pytest.fixture(scope="module")
def lists() -> AddressLists:
    return AddressLists.open(None)


def test_misspelt_domains_are_recognised_and_never_taken_for_another(lists):
    slips = [(domain, name) for kind, name, entries in TYPED if kind == "misspelt" for domain in entries]

    meant = [(lists.meant_by(domain), name) for domain, name in slips]

    assert [pair for pair in meant if pair[0] not in {None, pair[1]}] == []
    assert sum(found == name for found, name in meant) >= FEWEST_RECOGNISED


def test_genuine_domains_get_no_hint(lists):
    genuine = [domain for kind, _, entries in TYPED if kind == "genuine" for domain in entries]
    known = Path("src/indicia/datasets/data/mailbox-domains.txt")
    mailboxes = [entry for section in parse(known.read_text("utf-8")) for entry in section.entries]

    assert [domain for domain in (*genuine, *mailboxes) if lists.meant_by(domain)] == []


@pytest.mark.parametrize("domain", ["mailinator.com", "yopmail.com", "sub.mailinator.com", "guerrillamail.com"])
def test_throw_away_domains_and_what_lies_in_them_are_disposable(lists, domain):
    assert lists.is_disposable(domain)


@pytest.mark.parametrize("domain", ["duck.com", "mozmail.com", "simplelogin.com", "anonaddy.com", "x.anonaddy.me"])
def test_relays_are_not_disposable(lists, domain):
    assert not lists.is_disposable(domain)


@pytest.mark.parametrize(
    "domain", ["gmail.com", "tutanota.com", "hey.com", "o2.pl", "gmx.de", "yahoo.co.uk", "mail.ru"]
)
def test_providers_open_to_all_are_free_and_not_disposable(lists, domain):
    assert lists.is_free(domain)
    assert not lists.is_disposable(domain)


@pytest.mark.parametrize("domain", ["example.com", "microsoft.com", "wildwest.org", "com", "bücher.example"])
def test_others_are_neither(lists, domain):
    assert not lists.is_free(domain)
    assert not lists.is_disposable(domain)


@pytest.mark.parametrize("local", ["postmaster", "support", "support+x", "noreply", "abuse"])
def test_functions_are_roles(lists, local):
    assert lists.is_role(local)


@pytest.mark.parametrize("local", ["john", "supporter", "john+support", "2016", "apple"])
def test_people_are_not(lists, local):
    assert not lists.is_role(local)
