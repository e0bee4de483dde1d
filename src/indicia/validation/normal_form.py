"""The one spelling in which an address is answered: lower case, composed characters, quotes only where needed."""

from indicia.mail.address import Address, parse_one


def normal_form(address: Address) -> Address:
    """Answer a functional equivalent of `address`. Tags stay: what follows a `+` may be another mailbox."""
    local = address.canonical.rpartition("@")[0]
    plain = parse_one(f"{local}@{address.domain}")
    return plain or address
