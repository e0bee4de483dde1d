"""What a sending domain's limit lets go at once; the rest is promised a time, in the order in which it came."""

from collections import OrderedDict

from indicia.delivery.model import Terms

_MOST_PROMISES = 200_000


class Pacing:
    """Holds mail to `messages` in every `seconds` of each domain, in the memory of one process.

    Source: the generic cell rate algorithm, ITU-T I.371. A start forgets what was sent before it, so a domain may then
    send its limit once more; what was promised a time keeps it.
    """

    def __init__(self) -> None:
        self._whole_at: dict[int, float] = {}
        self._promised: OrderedDict[int, float] = OrderedDict()

    def may_go_at(self, job_id: int, domain_id: int, terms: Terms, now: float) -> float:
        """Answer when a copy may be sent: `now`, or a time at which to ask again with the same job (unix seconds)."""
        if not terms.limit_messages or not terms.limit_seconds:
            return now
        promised = self._promised.pop(job_id, None)
        if promised is not None:
            if promised > now:
                self._promised[job_id] = promised
            return max(promised, now)
        spacing = terms.limit_seconds / terms.limit_messages
        whole_at = max(self._whole_at.get(domain_id, now), now) + spacing
        go_at = whole_at - terms.limit_seconds
        if go_at > now + spacing * 1e-6:
            if len(self._promised) >= _MOST_PROMISES:
                # Ask again when the line is served; nobody's place is lost, because nobody behind is served before.
                return go_at
            self._promised[job_id] = go_at
            self._whole_at[domain_id] = whole_at
            return go_at
        self._whole_at[domain_id] = whole_at
        return now
