"""What a stored template is, and what rendering one takes and gives.

Errors:
    TemplatesError
    ├── TemplateNotFoundError      the domain has no template of that name
    ├── InvalidTemplateNameError   no file name a template can have
    ├── InvalidTemplateError       it cannot be parsed, or a tag or filter of it failed
    ├── MissingVariableError       strict rendering met a variable that was not given
    ├── TemplateTooCostlyError     it needs more time, memory or output than any mail does
    └── TooManyTemplatesError      the domain has as many as it may
    RenderingUnavailableError      no fault of a template: this machine could not render anything now
"""

import re
from abc import abstractmethod

import msgspec

from indicia.base.errors import AppError

# Mailgun allows 100 kB a template; a page of mail with its styles inline stays well below it.
LARGEST_SOURCE_BYTES = 256 * 1024

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,126}")


class TemplatesError(AppError):
    """Something about a template was refused; `explanation` says it to whoever wrote or named the template."""

    @property
    @abstractmethod
    def explanation(self) -> str:
        """One sentence, without its full stop."""

    def __str__(self) -> str:
        return self.explanation


class TemplateNotFoundError(TemplatesError, LookupError):
    """The domain has no template called `name`, or not in that `version`.

    `included_by` names the template that asked for it, if one did.
    """

    def __init__(self, name: str, included_by: str | None = None, version: int | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.included_by = included_by
        self.version = version

    @property
    def explanation(self) -> str:
        """Which template is not there."""
        if self.version is not None:
            return f"There is no version {self.version} of a template {self.name[:127]}"
        if self.included_by is None:
            return f"There is no template {self.name[:127]}"
        return f"The template {self.included_by} includes {self.name}, which does not exist"


class InvalidTemplateNameError(TemplatesError, ValueError):
    """Templates have the names of files, without folders."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def explanation(self) -> str:
        """What a name may be."""
        return "A template's name has letters, digits, spaces and _ . - in it, 127 characters at most"


class InvalidTemplateError(TemplatesError, ValueError):
    """The template `name` cannot be used, for `reason`; `line` counts from 1 and is None where none is to blame."""

    def __init__(self, name: str, line: int | None, reason: str) -> None:
        super().__init__(name, line, reason)
        self.name = name
        self.line = line
        self.reason = reason

    @property
    def explanation(self) -> str:
        """What is wrong, and where."""
        where = "" if self.line is None else f"line {self.line}: "
        return f"The template {self.name} cannot be used: {where}{self.reason}"


class MissingVariableError(TemplatesError, LookupError):
    """The template `name` uses `variable`, which was not given."""

    def __init__(self, name: str, variable: str) -> None:
        super().__init__(name, variable)
        self.name = name
        self.variable = variable

    @property
    def explanation(self) -> str:
        """Which variable is missing."""
        return f"The template {self.name} needs the variable {self.variable}"


class TemplateTooCostlyError(TemplatesError):
    """Rendering the template `name` went over a limit, which `reason` names."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    @property
    def explanation(self) -> str:
        """Which limit it went over."""
        return f"The template {self.name} was stopped: {self.reason}"


class TooManyTemplatesError(TemplatesError):
    """The domain has `most` templates already."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    @property
    def explanation(self) -> str:
        """How many there can be."""
        return f"A domain can have {self.most} templates"


class RenderingUnavailableError(AppError):
    """Nothing can be rendered now; the same template may be in a moment. Nothing was stored or sent."""


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a template. Versions count from 1; `saved_at` is in unix seconds."""

    domain_id: int
    name: str
    version: int
    source: str
    saved_at: float


class TemplateSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows of a template's newest version."""

    name: str
    version: int
    size_bytes: int
    saved_at: float


class Builtins(msgspec.Struct, frozen=True, kw_only=True):
    """What templates know without being told.

    Attributes:
        sender: `from`, the field's text.
        recipient: `rcpt`, the address.
        subject: `subject`.
        sent_at: `date.*` in UTC, given as unix seconds: when the message was due, so that retries and copies agree.
        domain: `domain.name`.
        tracks_opens: `domain.tracking_open`.
        tracks_clicks: `domain.tracking_click`.
    """

    sender: str
    recipient: str
    subject: str
    sent_at: float
    domain: str
    tracks_opens: bool = False
    tracks_clicks: bool = False


class Rendered(msgspec.Struct, frozen=True):
    """A template's result; a template that is plain text has no HTML."""

    html: str | None
    text: str


def checked_name(name: str) -> str:
    """Answer `name` if a template can have it.

    Raises:
        InvalidTemplateNameError: It is empty, long, or holds what could lead out of a folder or confuse a reader.
    """
    if not _NAME.fullmatch(name) or ".." in name or name.endswith((".", " ")):
        raise InvalidTemplateNameError(name)
    return name


def is_plain_text(name: str) -> bool:
    """Tell whether a template of that name makes plain text: nothing in it is escaped."""
    return name.lower().endswith(".txt")


def text_twin(name: str) -> str:
    """Answer the name of the file that holds the plain text beside the HTML in `name`."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.txt" if dot and suffix.lower() in ("html", "htm") else f"{name}.txt"
