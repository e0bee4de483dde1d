"""Whose name a domain may send in."""

import pytest

from indicia.domains.organisation import Organisations
from indicia.mail.address import parse_one
from indicia.submissions.addressing import is_aligned

ORGANISATIONS = Organisations()


@pytest.mark.parametrize(
    ("sender", "domain", "allowed"),
    [
        ("a@news.example.co.uk", "news.example.co.uk", True),
        ("a@NEWS.example.co.uk", "news.example.co.uk", True),
        ("a@deep.news.example.co.uk", "news.example.co.uk", True),
        ("a@example.co.uk", "news.example.co.uk", True),
        ("a@co.uk", "example.co.uk", False),
        ("a@uk", "example.co.uk", False),
        ("a@shop.example.co.uk", "news.example.co.uk", False),
        ("a@notnews.example.co.uk", "news.example.co.uk", False),
        ("a@user.github.io", "mail.user.github.io", True),
        ("a@github.io", "user.github.io", False),
        ("a@bücher.example", "news.xn--bcher-kva.example", True),
    ],
)
def test_a_domain_sends_for_its_organisation_and_nobody_else(sender, domain, allowed):
    address = parse_one(sender)
    assert address is not None

    assert is_aligned(address, domain, ORGANISATIONS.of) is allowed
