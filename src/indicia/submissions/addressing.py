"""Read who sends a submission and who gets it, and tell whether a domain may send in that name."""

from collections.abc import Callable, Sequence

import msgspec

from indicia.domains.model import InvalidDomainError
from indicia.domains.names import canonical_domain
from indicia.mail.address import LONGEST_LOCAL_OCTETS, Address, parse_list
from indicia.messages.model import RecipientKind
from indicia.submissions.form import Form
from indicia.submissions.model import SubmissionRefusedError

MOST_RECIPIENTS = 1000
# RFC 5321 4.5.3.1.3 allows a path 256 octets with its brackets.
LONGEST_ADDRESS_OCTETS = 254
# A thousand addresses with long names.
_LONGEST_LIST = 512 * 1024
LONGEST_SENDER = 8000

OrganisationOf = Callable[[str], str]
"""Answers the organisational domain of a domain: the one below its public suffix."""


def read_sender(form: Form) -> Address:
    """Answer who sends.

    Raises:
        SubmissionRefusedError: There is no `from`, or it is not exactly one mailbox that mail can come from.
    """
    if sum(map(len, form.texts("from"))) > LONGEST_SENDER:
        raise SubmissionRefusedError(f"from parameter is longer than {LONGEST_SENDER} characters")
    found = _read(form, "from")
    if not found:
        raise SubmissionRefusedError("from parameter is missing")
    if len(found) > 1:
        raise _invalid("from")
    return found[0]


def read_recipients(form: Form, kind: RecipientKind) -> tuple[Address, ...]:
    """Answer the recipients of one kind, in order; none where the field is absent.

    Raises:
        SubmissionRefusedError: One is no address that mail can go to, or there are too many.
    """
    return _read(form, kind.value)


def everyone(
    to: Sequence[Address], cc: Sequence[Address], bcc: Sequence[Address]
) -> tuple[tuple[Address, RecipientKind], ...]:
    """Answer each mailbox once, in the first place where it stands.

    Raises:
        SubmissionRefusedError: There is nobody in `to`, or there are too many in all.
    """
    if not to:
        raise SubmissionRefusedError("to parameter is missing")
    if len(to) + len(cc) + len(bcc) > MOST_RECIPIENTS:
        raise SubmissionRefusedError(f"Too many recipients, max is {MOST_RECIPIENTS}")
    found: dict[str, tuple[Address, RecipientKind]] = {}
    for kind, addresses in ((RecipientKind.TO, to), (RecipientKind.CC, cc), (RecipientKind.BCC, bcc)):
        for address in addresses:
            found.setdefault(address.canonical, (address, kind))
    return tuple(found.values())


def read_recipient_variables(form: Form) -> dict[str, bytes] | None:
    """Answer each recipient's variables by canonical address; None where the field is absent.

    Raises:
        SubmissionRefusedError: The field is no JSON object of objects, or is for more than one message can have.
    """
    given = form.json_object("recipient-variables")
    if given is None:
        return None
    if len(given) > MOST_RECIPIENTS:
        raise SubmissionRefusedError(f"Too many recipients, max is {MOST_RECIPIENTS}")
    variables: dict[str, bytes] = {}
    for text, values in given.items():
        if not isinstance(values, dict):
            raise SubmissionRefusedError("'recipient-variables' parameter must hold an object for each recipient")
        for address in parse_list(text).addresses:
            variables[address.canonical] = msgspec.json.encode(values)
    return variables


def is_aligned(sender: Address, domain: str, organisation_of: OrganisationOf) -> bool:
    """Tell whether mail from `sender` may be sent by `domain`: itself, below it, or above it in its organisation."""
    name = sender.ascii_domain
    if name == domain or name.endswith(f".{domain}"):
        return True
    return domain.endswith(f".{name}") and organisation_of(domain) == organisation_of(name)


def _read(form: Form, name: str) -> tuple[Address, ...]:
    text = ", ".join(form.texts(name))
    if len(text) > _LONGEST_LIST:
        raise SubmissionRefusedError(f"Too many recipients, max is {MOST_RECIPIENTS}")
    found = parse_list(text)
    if found.unparseable or not all(_is_mailable(address) for address in found.addresses):
        raise _invalid(name)
    return found.addresses


def _is_mailable(address: Address) -> bool:
    """Whether an address can be mailed over the Internet: by name, and no longer than SMTP carries."""
    try:
        canonical_domain(address.ascii_domain)
    except InvalidDomainError:
        return False
    return (
        len(address.local.encode()) <= LONGEST_LOCAL_OCTETS and len(address.envelope.encode()) <= LONGEST_ADDRESS_OCTETS
    )


def _invalid(name: str) -> SubmissionRefusedError:
    return SubmissionRefusedError(f"{name} parameter is not a valid address. please check documentation")
