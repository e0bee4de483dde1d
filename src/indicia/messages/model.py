"""What a message is: its content, what was asked for it, and who gets it."""

from enum import StrEnum
from typing import NamedTuple

import msgspec

# Jobs of this kind hold the row of a recipient whose copy is due.
DELIVERY_JOBS = "delivery"


class RecipientKind(StrEnum):
    """Where a recipient stands; nobody else sees who is in `bcc`."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


class RecipientState(StrEnum):
    """How far a recipient's copy has come. All but `queued` are final."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    TEST = "test"


class Showing(StrEnum):
    """What an attempt's end can show about the recipient's domain, whoever the recipient is."""

    TOOK = "took"
    """Its own servers took a copy."""
    REFUSED = "refused"
    """They refused a mailbox before they saw the message, so they know which there are."""
    CAME_BACK = "came-back"
    """They said yes to a mailbox that turned out not to exist."""
    UNREACHED = "unreached"
    """It, or its servers, could not be found or reached until the copy was given up."""


class Destination(NamedTuple):
    """What a sending domain's own mail has shown about a recipients' domain; times are unix seconds of the latest.

    Attributes:
        came_back: How many mailboxes its servers said yes to that turned out not to exist, up to `came_back_at`.
        unreached_since: When the first of the copies was accepted that were given up by `unreached_at`.
    """

    took_at: float | None = None
    refused_at: float | None = None
    came_back: int = 0
    came_back_at: float | None = None
    unreached_since: float | None = None
    unreached_at: float | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes with a message.

    Attributes:
        name: Its file name; an inline part's Content-ID.
        content: Its bytes, or None where they lie in the blob store under `digest`.
        digest: The SHA-256 of its bytes in hex, where they lie in the blob store.
    """

    name: str
    media_type: str
    size_bytes: int
    is_inline: bool = False
    content: bytes | None = None
    digest: str | None = None


class TemplateSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A stored template as of the submission, so that later edits change nothing that was accepted.

    Attributes:
        name: The template's file name.
        html: Its source; None where it is plain text itself.
        text: The source of its plain twin; None where the text is derived from the HTML.
        includes: The sources of all files that it includes, by name.
        variables: A JSON object.
        is_strict: Whether a missing variable is an error.
    """

    name: str
    html: str | None
    text: str | None
    includes: dict[str, str]
    variables: bytes
    is_strict: bool = False


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says, as it was submitted and validated.

    Attributes:
        sender: The `From` field's text, one mailbox.
        to: Mailboxes as texts, in order; `cc` likewise.
        reply_to: The `Reply-To` field's text; empty means none.
        headers: Custom fields, of names that are allowed.
    """

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    reply_to: str = ""
    subject: str = ""
    text: str | None = None
    html: str | None = None
    amp: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    template: TemplateSnapshot | None = None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for a message beside its content.

    Attributes:
        tags: `o:tag`, in order.
        variables: `v:` fields, as texts.
        has_own_copies: Whether each recipient gets a copy that shows only them (`recipient-variables` were given).
        is_test: Whether nothing may be delivered.
        callback_url: Gets every event of the message instead of the domain's webhooks.
    """

    tags: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    has_own_copies: bool = False
    is_test: bool = False
    track_opens: bool = False
    track_clicks: bool = False
    track_text_clicks: bool = False
    wants_unsubscribe: bool = False
    require_tls: bool = False
    skip_verification: bool = False
    callback_url: str | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted message without its content.

    Attributes:
        id: Its row.
        message_id: Its Message-ID without angle brackets.
        submitted_at: Unix seconds; `deliver_at` likewise, never before it.
        size_bytes: Of everything submitted.
        headers: What events show of its header, by lower-case name.
    """

    id: int
    account_id: int
    domain_id: int
    message_id: str
    submitted_at: float
    deliver_at: float
    size_bytes: int
    headers: dict[str, str]
    options: Options


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a message.

    Attributes:
        id: Its row.
        message_row: The row of its message.
        address: The address as mailed.
        canonical: The address as compared, see `mail.address`.
        expires_at: Unix seconds after which delivery is given up.
        variables: Its recipient variables, a JSON object; None where none were given.
    """

    id: int
    message_row: int
    domain_id: int
    address: str
    canonical: str
    kind: RecipientKind
    state: RecipientState
    expires_at: float
    variables: bytes | None = None
