"""Kickbox's documented sandbox: on a domain in test mode the local part decides, and nobody is asked."""

from typing import NamedTuple

from indicia.mail.address import Address
from indicia.validation.model import AcceptAll, Reason


class Scripted(NamedTuple):
    """What a local part is answered with; a case that is not here is answered as `deliverable`."""

    reason: Reason
    sendex: float
    role: bool = False
    free: bool = False
    disposable: bool = False
    accept_all: AcceptAll = AcceptAll.NO
    misspelt: bool = False


INSUFFICIENT_BALANCE = "insufficient-balance"
"""Answered with an error of its own: 403."""

_ACCEPTED = Scripted(Reason.ACCEPTED_EMAIL, 1.0)
_SCRIPT = {
    "deliverable": _ACCEPTED,
    "rejected-email": Scripted(Reason.REJECTED_EMAIL, 0.0),
    "invalid-domain": Scripted(Reason.INVALID_DOMAIN, 0.0),
    "invalid-email": Scripted(Reason.INVALID_EMAIL, 0.0),
    "invalid-smtp": Scripted(Reason.INVALID_SMTP, 0.0),
    "low-quality": Scripted(Reason.LOW_QUALITY, 0.5, free=True),
    "accept-all": Scripted(Reason.LOW_DELIVERABILITY, 0.7, accept_all=AcceptAll.YES),
    "role": Scripted(Reason.LOW_QUALITY, 0.7, role=True),
    "disposable": Scripted(Reason.LOW_QUALITY, 0.0, disposable=True, accept_all=AcceptAll.YES),
    "timeout": Scripted(Reason.TIMEOUT, 0.0),
    "unexpected-error": Scripted(Reason.UNEXPECTED_ERROR, 0.0),
    "no-connect": Scripted(Reason.NO_CONNECT, 0.0),
    "unavailable-smtp": Scripted(Reason.UNAVAILABLE_SMTP, 0.0),
    "did-you-mean": Scripted(Reason.REJECTED_EMAIL, 0.0, misspelt=True),
}


def case_of(address: Address) -> str:
    """Answer which case an address stands for: `role@...`, or `anything+role@...`."""
    plain, _, tag = address.local.partition("+")
    return tag or plain


def scripted(address: Address) -> Scripted:
    """Answer what the sandbox says about `address`, which is in its normal form."""
    return _SCRIPT.get(case_of(address), _ACCEPTED)
