"""The one place that reads the machine's clock; everything else is given a `Clock`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

Clock = Callable[[], float]
"""Answers the current time in unix seconds, with fractions."""


def system_clock() -> float:
    """Read the machine's wall clock, in unix seconds."""
    return time.time()


@lru_cache(maxsize=256)
def mail_date(second: int) -> str:
    """Write a time (unix seconds) as `Date` fields have it, in UTC; messages of one second share it."""
    return format_datetime(datetime.fromtimestamp(second, UTC))


def http_date(timestamp: float) -> str:
    """Write `timestamp` (unix seconds) as an RFC 1123 date in GMT, as the API's bodies show dates."""
    return format_datetime(datetime.fromtimestamp(timestamp, UTC), usegmt=True)


def read_date(text: str) -> float:
    """Read a date as mail and HTTP write it (RFC 5322, RFC 9110) as unix seconds.

    Raises:
        ValueError: It is none.
    """
    try:
        return unix_time(parsedate_to_datetime(text))
    except (OverflowError, TypeError) as error:
        raise ValueError(f"{text[:40]!r} is no date") from error


def unix_time(moment: datetime) -> float:
    """Answer a moment in unix seconds; one that names no zone is in UTC, as RFC 5322 3.3 means `-0000`.

    Raises:
        OverflowError: It is outside of the years that there are.
    """
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
