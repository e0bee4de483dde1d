"""A domain's log: `/{domain}/events`, and below `/v3` for clients of Mailgun's API."""

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.event_filters import is_true, read_filter
from indicia.entrypoints.api.forms import gathered
from indicia.entrypoints.api.paging import Paging, page_size
from indicia.entrypoints.api.replies import json_reply
from indicia.events.reading import EventReading, Leaf

_PAGE, _LARGEST_PAGE = 100, 300


class EventsApi:
    """Shows what became of a domain's mail, event by event."""

    def __init__(
        self,
        reading: EventReading,
        paging: Paging,
        admission: Admission,
        shown: Callable[[bytes], msgspec.Raw] = msgspec.Raw,
    ) -> None:
        """Take `shown`, which answers an event's data as clients shall see it."""
        self._reading = reading
        self._shown = shown
        self._paging = paging
        self._admission = admission

    async def search(self, request: Request) -> Response:
        """Answer the first page of the events that fit the query."""
        domain = await self._admission.domain_of(request)
        return await self._show(request, domain.id, _read(request), request.url.path)

    async def page(self, request: Request) -> Response:
        """Answer the page that a link of another page names; the query it was begun with is part of it."""
        domain = await self._admission.domain_of(request)
        cursor: str = request.path_params["page"]
        leaf = self._paging.read(domain.id, cursor, Leaf)
        return await self._show(request, domain.id, leaf, request.url.path.rpartition("/")[0])

    async def _show(self, request: Request, domain_id: int, leaf: Leaf, path: str) -> Response:
        page = await self._reading.page(domain_id, leaf)
        leaves = {"first": page.first, "last": page.last, "next": page.next, "previous": page.previous}
        links = {
            name: self._paging.link(request, f"{path}/{self._paging.written(domain_id, each)}")
            for name, each in leaves.items()
        }
        return json_reply({"items": [self._shown(event.data) for event in page.events], "paging": links})


def _read(request: Request) -> Leaf:
    fields = gathered(request.query_params.multi_items())
    wanted, is_ascending = read_filter(fields), is_true(fields, "ascending")
    if wanted.begin is not None and wanted.end is not None and wanted.begin > wanted.end:
        # Mailgun's way to ask for the newest first.
        wanted, is_ascending = msgspec.structs.replace(wanted, begin=wanted.end, end=wanted.begin), False
    return Leaf(wanted=wanted, is_ascending=is_ascending, limit=page_size(request, _PAGE, _LARGEST_PAGE))
