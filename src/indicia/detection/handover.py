"""Hands what a request was read into to whoever judges it in the same process, so that it is not read twice.

Only a short cut: the request is on disk, and whatever is not found here is read from there.
"""

from collections.abc import Sequence

from indicia.detection.model import Interaction

# Requests are judged within a second of their acceptance, or wait for their settle window. Up to 0.4 MB each.
_MOST = 48


class Handover:
    """Interactions by the id of their request; those that nobody fetched for longest give way."""

    def __init__(self, most: int = _MOST) -> None:
        """Keep those of `most` requests; of none where nobody judges."""
        self._most = most
        self._waiting: dict[str, Sequence[Interaction]] = {}

    def put(self, request_id: str, interactions: Sequence[Interaction]) -> None:
        """Leave the interactions of a request that was stored."""
        self._waiting[request_id] = interactions
        if len(self._waiting) > self._most:
            del self._waiting[next(iter(self._waiting))]

    def find(self, request_id: str) -> Sequence[Interaction] | None:
        """Answer the interactions of a request, if they are still here."""
        return self._waiting.get(request_id)

    def drop(self, request_id: str) -> None:
        """Forget a request that is judged."""
        self._waiting.pop(request_id, None)
