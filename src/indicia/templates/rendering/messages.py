"""What the service and a rendering process say to each other: MessagePack, each message after its length."""

import msgspec

from indicia.templates.model import Builtins

LENGTH_BYTES = 4
# How a process ends that has no memory left for its answer.
OUT_OF_MEMORY = 3
# A snapshot of a page with all its includes is far smaller; beyond it, somebody is filling memory.
LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024


class Check(msgspec.Struct, frozen=True, tag="check"):
    """Parse a template and answer what it includes, within `cpu_seconds`."""

    name: str
    source: str
    cpu_seconds: float


class Render(msgspec.Struct, frozen=True, tag="render"):
    """Render a snapshot within `cpu_seconds`; `variables` is a JSON object."""

    name: str
    html: str | None
    text: str | None
    includes: dict[str, str]
    variables: bytes
    is_strict: bool
    builtins: Builtins
    cpu_seconds: float


class Checked(msgspec.Struct, frozen=True, tag="checked"):
    """A template can be parsed, and includes these."""

    includes: tuple[str, ...]


class Done(msgspec.Struct, frozen=True, tag="done"):
    """A snapshot is rendered."""

    html: str | None
    text: str


class Invalid(msgspec.Struct, frozen=True, tag="invalid"):
    """See `InvalidTemplateError`."""

    name: str
    line: int | None
    reason: str


class Missing(msgspec.Struct, frozen=True, tag="missing"):
    """See `MissingVariableError`."""

    name: str
    variable: str


class TooCostly(msgspec.Struct, frozen=True, tag="too-costly"):
    """See `TemplateTooCostlyError`."""

    reason: str


Task = Check | Render
Result = Checked | Done | Invalid | Missing | TooCostly

encode = msgspec.msgpack.Encoder().encode
decode_task = msgspec.msgpack.Decoder(Task).decode
decode_result = msgspec.msgpack.Decoder(Result).decode


def framed(message: Task | Result) -> bytes:
    """Write a message with its length before it."""
    body = encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
