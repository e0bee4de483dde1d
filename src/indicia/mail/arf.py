"""Complaints of recipients, as mailbox providers report them: RFC 5965, and what Microsoft sends instead."""

import re
from typing import NamedTuple

from indicia.mail.parts import Part, leaves, read_fields, read_part
from indicia.mail.verp import OurAddress, Purpose, read_address

_REPORT_TYPE = "message/feedback-report"
_ORIGINAL_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"})
# Fields in which our own address comes back: of the report, and of the mail it quotes.
_REPORT_FIELDS = ("original-mail-from", "removal-recipient")
_ORIGINAL_FIELDS = ("return-path", "x-original-return-path", "cfbl-address", "list-unsubscribe", "sender")
_ADDRESS = re.compile(r"(?:bounce|unsubscribe|feedback)-[a-z2-7]{8,56}@[a-z0-9._-]{1,253}", re.IGNORECASE | re.ASCII)


class FeedbackReport(NamedTuple):
    """What a mailbox provider reports of a recipient.

    Attributes:
        feedback_type: `abuse`, `fraud`, `not-spam`, `opt-out`, `virus`, `other`, ... (RFC 5965 7.3).
        user_agent: What wrote the report.
        subjects: Addresses of ours that the report or the quoted mail has; each may be forged until it is opened.
    """

    feedback_type: str
    user_agent: str
    subjects: tuple[OurAddress, ...]

    @property
    def is_complaint(self) -> bool:
        """Whether the recipient wants no more of it, other than the reports that say a mail was no spam."""
        return self.feedback_type != "not-spam"


def read_feedback(message: Part) -> FeedbackReport | None:
    """Read a feedback report; None where the message is none."""
    parts = leaves(message)
    report = next((part for part in parts if part.media_type == _REPORT_TYPE), None)
    original = next((read_part(part.decoded) for part in parts if part.media_type in _ORIGINAL_TYPES), None)
    if report is not None:
        fields = dict(read_fields(report.decoded))
        return FeedbackReport(
            feedback_type=fields.get("feedback-type", "other").strip().lower(),
            user_agent=fields.get("user-agent", "")[:200],
            subjects=_subjects([fields.get(name, "") for name in _REPORT_FIELDS], original),
        )
    # Microsoft's Junk Mail Reporting Program quotes the mail and says nothing else. Its reports come from `staff`.
    if original is not None and original.has("x-hmxmroriginalrecipient"):
        return FeedbackReport("abuse", "JMRP", _subjects([], original))
    return None


def _subjects(values: list[str], original: Part | None) -> tuple[OurAddress, ...]:
    if original is not None:
        values = values + [value for name, value in original.fields if name in _ORIGINAL_FIELDS]
    found = [read_address(text) for value in values for text in _ADDRESS.findall(value[:2_000])]
    ours = [address for address in found if address is not None]
    # A return path is what a receiving server saw itself; the other fields are only quoted.
    return tuple(sorted(dict.fromkeys(ours), key=lambda address: address.purpose is not Purpose.BOUNCE))
