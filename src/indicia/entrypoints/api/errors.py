"""An answer that is an error, raised where it is found out."""

from collections.abc import Mapping, Sequence


class ApiError(Exception):
    """Ends a request with `status` and a sentence for the person who reads the client's log."""

    def __init__(
        self, status: int, message: str, *, errors: Sequence[str] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = list(errors)
        self.headers = dict(headers or {})
