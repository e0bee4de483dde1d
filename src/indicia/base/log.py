"""Structured logs: an event name in the past tense and keys, one line each, JSON in production."""

import json
import logging
import sys
from contextlib import suppress
from typing import Any, BinaryIO, TextIO, cast

import msgspec
import structlog

_encode = msgspec.json.Encoder(enc_hook=repr).encode


class _Enduring:
    """A file for lines of which one that finds no room on the disk, or nobody at the pipe, is dropped.

    What the line is about goes on: work that failed with its log would fail exactly when a log is needed.
    """

    def __init__(self, file: TextIO | BinaryIO) -> None:
        self._file = file

    def write(self, line: Any) -> None:
        with suppress(OSError):
            self._file.write(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()


def get_logger() -> Any:
    """Answer a logger whose methods take an event name and key/values."""
    return structlog.get_logger()


def set_up_logging(*, level: str, as_json: bool) -> None:
    """Send this process's log to standard error, as JSON lines or in colours for a terminal."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    factory: structlog.BytesLoggerFactory | structlog.PrintLoggerFactory
    if as_json:
        processors.append(structlog.processors.JSONRenderer(serializer=_as_json))
        factory = structlog.BytesLoggerFactory(cast(BinaryIO, _Enduring(sys.stderr.buffer)))
    else:
        processors.append(structlog.dev.ConsoleRenderer())
        factory = structlog.PrintLoggerFactory(cast(TextIO, _Enduring(sys.stderr)))
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )


def _as_json(line: dict[str, object], **_: object) -> bytes:
    try:
        return _encode(line)
    except UnicodeEncodeError:
        # Half a surrogate pair, out of somebody's request.
        return json.dumps(line, default=repr).encode()
