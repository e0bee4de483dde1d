"""`POST /domains/{domain}/webhooks/replay`: the webhooks of stored events once more."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.aggregates.rate_limits import Limit
from indicia.base.clock import Clock
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.body import read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.event_filters import read_filter
from indicia.entrypoints.api.forms import read_form, texts
from indicia.entrypoints.api.paging import Paging
from indicia.entrypoints.api.replies import json_reply
from indicia.events.model import EventFilter
from indicia.events.reading import Leaf
from indicia.webhooks.resending import Resending, from_the_oldest

REPLAYS = Limit("webhook replays", 10, 60.0)
MOST_EVENTS = 10_000
_LARGEST_BODY_BYTES = 64 * 1024


class ReplayApi:
    """Owes webhooks again."""

    def __init__(self, resending: Resending, paging: Paging, admission: Admission, clock: Clock) -> None:
        self._resending = resending
        self._paging = paging
        self._admission = admission
        self._clock = clock

    async def replay(self, request: Request) -> Response:
        """Owe the events that are meant again, up to 10,000 of them, and say where to go on."""
        domain = await self._admission.domain_of(request)
        fields = read_form(request, await read_body(request, most_bytes=_LARGEST_BODY_BYTES))
        cursors, urls = texts(fields, "cursor"), texts(fields, "url")
        wanted = read_filter(fields)
        if len(cursors) > 1 or len(urls) > 1:
            raise ApiError(400, "url and cursor: must be given once")
        if not cursors and not urls and wanted == EventFilter():
            raise ApiError(400, "Name the events: by event_id, url, begin and end, or another filter")
        leaf = self._paging.read(domain.id, cursors[0], Leaf) if cursors else from_the_oldest(wanted, self._clock())
        self._admission.take_of_account(request, REPLAYS)
        resent = await self._resending.resend(domain.id, leaf, only_url=urls[0] if urls else None, most=MOST_EVENTS)
        content = {
            "cursor": None if resent.rest is None else self._paging.written(domain.id, resent.rest),
            "deliveries": resent.deliveries,
            "events": resent.events,
            "message": "Accepted",
            "status": 202,
        }
        return json_reply(content, 202)
