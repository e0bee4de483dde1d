"""What a submission is: the request for a message, read and found in order.

Errors:
    SubmissionsError
    ├── SubmissionRefusedError    the request cannot become a message, in Mailgun's words where it has some
    ├── SubmissionTooLargeError   it is larger than a message may be
    ├── SendingNotAllowedError    the domain is not active
    └── SubmissionPendingError    one with the same idempotency key is being accepted right now
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from indicia.base.errors import AppError
from indicia.domains.model import DomainState
from indicia.mail.address import Address
from indicia.messages.model import Attachment, RecipientKind


class SubmissionsError(AppError):
    """A submission was not accepted; nothing of it is stored."""


class SubmissionRefusedError(SubmissionsError, ValueError):
    """The request cannot become a message; `reason` is a sentence for its client."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SubmissionTooLargeError(SubmissionsError, ValueError):
    """Everything together is larger than `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(most_bytes)
        self.most_bytes = most_bytes


class SendingNotAllowedError(SubmissionsError, PermissionError):
    """The domain called `name` is in a `state` in which it does not send."""

    def __init__(self, name: str, state: DomainState) -> None:
        super().__init__(name, state)
        self.name = name
        self.state = state


class SubmissionPendingError(SubmissionsError):
    """A submission with the same idempotency key is being accepted; its answer is not known yet."""


class ClickTracking(StrEnum):
    """In which bodies links are rewritten, where a message asks for it itself."""

    NO = "no"
    HTML = "htmlonly"
    ALL = "yes"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The `o:` options as they were asked; None leaves the choice to the domain or to the default."""

    tags: tuple[str, ...] = ()
    tracking: ClickTracking | None = None
    opens: bool | None = None
    clicks: ClickTracking | None = None
    unsubscribe: bool | None = None
    deliver_at: float | None = None
    is_test: bool = False
    require_tls: bool = False
    skip_verification: bool = False


class TemplateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which stored template makes the bodies, with what.

    Attributes:
        variables: A JSON object.
        is_strict: Whether a missing variable is an error.
        version: Which version of it; None for the last saved.
    """

    name: str
    variables: bytes
    version: int | None = None
    is_strict: bool = False


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was read and is in order in itself; what depends on the domain is still to be checked.

    Attributes:
        recipients: Each mailbox once, in the first place where it stands.
        recipient_variables: A JSON object for each canonical address; None where the field was not given.
        variables: The `v:` fields, as texts.
        size_bytes: Of all texts and files.
    """

    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    recipients: tuple[tuple[Address, RecipientKind], ...]
    reply_to: str = ""
    subject: str = ""
    text: str | None = None
    html: str | None = None
    amp: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    files: tuple[Attachment, ...] = ()
    template: TemplateRequest | None = None
    variables: Mapping[str, str] = {}
    recipient_variables: Mapping[str, bytes] | None = None
    asked: Asked = Asked()
    callback_url: str | None = None
    size_bytes: int = 0
