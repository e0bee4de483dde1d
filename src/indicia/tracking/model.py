"""The words of tracking.

Errors:
    TrackingError
    └── KeysUsedUpError   no number is left for another key
"""

from indicia.base.errors import AppError


class TrackingError(AppError):
    """Something about tracking was refused."""


class KeysUsedUpError(TrackingError):
    """No number is left for another tracking key: a token has one byte for it."""
