"""Who visited hidden links around the time of the interaction."""

import msgspec

from indicia.detection.history import History
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import Missing, Visits
from indicia.detection.visits import VisitBook


def visits_of(
    history: History, book: VisitBook, scope: Scope, interaction: Interaction, *, at: float, now: float
) -> Visits | Missing:
    """Find the visits still remembered at `now` that lie nearest to the interaction."""
    visits = book.near(scope.domain_id, interaction, at, now)
    if isinstance(visits, Missing) or visits.message is None or not history.is_shared(scope, interaction):
        return visits
    # A whole campaign has this message id: most visits are to other recipients' mail.
    return msgspec.structs.replace(visits, message=None)
