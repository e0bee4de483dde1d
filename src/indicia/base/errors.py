"""The root of every error that Indicia raises on purpose."""


class AppError(Exception):
    """Base of all capabilities' errors; carries data, never prose for API clients.

    Each capability derives one base of its own from it, and `entrypoints` maps those to replies.
    """
