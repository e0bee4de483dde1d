"""What is wrong with JSON that somebody sent, in words for the person who reads their client's log."""

import re

import msgspec

TOO_DEEP = "body: is nested too deeply"
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for input that cannot be read as what it should be."""

_MISSING = re.compile(r"Object missing required field `(\w+)`")


def problem_of(error: Exception) -> str:
    """Put one of the `UNREADABLE` errors into the form `field: why`."""
    if isinstance(error, RecursionError):
        return TOO_DEEP
    if not isinstance(error, msgspec.ValidationError):
        return "body: not valid JSON in UTF-8"
    why, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    missing = _MISSING.fullmatch(why)
    if missing is not None:
        return f"{field}{'.' if field else ''}{missing[1]}: is required"
    return f"{field or 'body'}: {why[:1].lower()}{why[1:].replace('`', '')}"
