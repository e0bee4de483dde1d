"""Structured logs: an event name in the past tense and keys, one line each, JSON in production."""

import logging
import sys
from typing import Any

import structlog


def get_logger() -> Any:
    """Answer a logger whose methods take an event name and key/values."""
    return structlog.get_logger()


def set_up_logging(*, level: str, as_json: bool) -> None:
    """Send this process's log to standard error, as JSON lines or in colours for a terminal."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
