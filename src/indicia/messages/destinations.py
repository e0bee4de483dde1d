"""What our own mail shows about the domains it goes to, noted in the transactions in which copies are settled."""

from indicia.messages import store
from indicia.messages.model import Showing
from indicia.storage.database import Steps

KEPT_SECONDS = 31 * 24 * 3600.0
"""As long as Postfix keeps what a probe has told; mail tells at least as much."""

# Mail to a large provider shows the same a thousand times a minute, and a write of each would slow it down.
_AGAIN_SECONDS = 3600.0
_MOST_REMEMBERED = 50_000
_FREQUENT = (Showing.TOOK, Showing.REFUSED)


class Destinations:
    """Notes what is shown; one in a process."""

    def __init__(self) -> None:
        self._noted: dict[tuple[int, str, Showing], float] = {}

    def note(
        self, domain_id: int, destination: str, showing: Showing, now: float, *, since: float | None = None
    ) -> Steps[None]:
        """Store what was shown, in the caller's transaction; the same again within an hour costs nothing.

        Args:
            domain_id: The sending domain's.
            destination: The recipient's domain in A-labels.
            showing: What was shown.
            now: Unix seconds.
            since: When the copy was accepted that did not get there, in unix seconds.
        """
        key = (domain_id, destination, showing)
        if showing in _FREQUENT:
            if now - self._noted.get(key, 0.0) < _AGAIN_SECONDS:
                return
        else:
            # What is shown now must not be older than what comes next.
            for other in _FREQUENT:
                self._noted.pop((domain_id, destination, other), None)
        yield from store.note_destination(
            domain_id, destination, showing, now, since=since or now, forgotten=now - KEPT_SECONDS
        )
        if showing in _FREQUENT:
            if len(self._noted) >= _MOST_REMEMBERED:
                self._noted.clear()
            self._noted[key] = now
