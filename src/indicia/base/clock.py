"""The one place that reads the machine's clock; everything else is given a `Clock`."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

Clock = Callable[[], float]
"""Answers the current time in unix seconds, with fractions."""


def system_clock() -> float:
    """Read the machine's wall clock, in unix seconds."""
    return time.time()


def http_date(timestamp: float) -> str:
    """Write `timestamp` (unix seconds) as an RFC 1123 date in GMT, as the API's bodies show dates."""
    return format_datetime(datetime.fromtimestamp(timestamp, UTC), usegmt=True)
