"""What the address alone tells: from lists, before anybody is asked."""

from indicia.datasets.address_lists import AddressLists
from indicia.mail.address import Address
from indicia.validation.model import Facts
from indicia.validation.score import looks_random


def facts_about(address: Address, lists: AddressLists) -> Facts:
    """Look up `address`, which is in its normal form."""
    domain = address.ascii_domain
    meant = lists.meant_by(domain)
    return Facts(
        is_role=lists.is_role(address.local),
        is_free=lists.is_free(domain),
        is_disposable=lists.is_disposable(domain),
        is_random=looks_random(address.local),
        did_you_mean=f"{address.local}@{meant}" if meant else None,
    )
