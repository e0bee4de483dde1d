"""Suppressions in Mailgun's words, for clients of its API: `/v3/{domain}/bounces`, `/unsubscribes`, `/complaints`."""

from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from indicia.base.clock import Clock, http_date
from indicia.base.unreadable_json import UNREADABLE
from indicia.domains.model import Domain
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.body import media_type, read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.forms import Fields, read_form, texts
from indicia.entrypoints.api.paging import Paging, page_size
from indicia.entrypoints.api.replies import json_reply
from indicia.mail.address import parse_one
from indicia.suppressions.guard import Suppressions, suppression
from indicia.suppressions.model import NotSuppressedError, Suppression, SuppressionType
from indicia.suppressions.store import START, Position

_PAGE, _LARGEST_PAGE = 100, 1000
_MOST_ADDED = 1000


class MailgunList(NamedTuple):
    """One of Mailgun's lists, and its words about it."""

    type: SuppressionType
    table: str
    absent: str
    removed: str


BOUNCES = MailgunList(
    SuppressionType.BOUNCE, "bounces", "Address not found in bounces table", "Bounced address has been removed"
)
UNSUBSCRIBES = MailgunList(
    SuppressionType.UNSUBSCRIBE,
    "unsubscribes",
    "Address not found in unsubscribers table",
    "Unsubscribe event has been removed",
)
COMPLAINTS = MailgunList(
    SuppressionType.COMPLAINT,
    "complaints",
    "No spam complaints found for this address",
    "Spam complaint has been removed",
)


class MailgunListApi:
    """Adds to, lists, shows and removes from one of the lists."""

    def __init__(
        self, words: MailgunList, suppressions: Suppressions, paging: Paging, admission: Admission, clock: Clock
    ) -> None:
        self._words = words
        self._suppressions = suppressions
        self._paging = paging
        self._admission = admission
        self._clock = clock

    async def answer_all(self, request: Request) -> Response:
        """List the addresses, or add one, or up to 1,000 in a JSON array."""
        domain = await self._admission.domain_of(request)
        return await (self._add if request.method == "POST" else self._list)(request, domain)

    async def answer_one(self, request: Request) -> Response:
        """Show an address, or remove it."""
        domain = await self._admission.domain_of(request)
        address = parse_one(request.path_params["address"])
        if address is None:
            raise ApiError(404, self._words.absent)
        try:
            if request.method == "DELETE":
                await self._suppressions.remove(domain.id, address, self._words.type)
                return json_reply({"address": address.addr_spec, "message": self._words.removed})
            return json_reply(self._item(await self._suppressions.gravest(domain.id, address, self._words.type)))
        except NotSuppressedError as error:
            raise ApiError(404, self._words.absent) from error

    async def _add(self, request: Request, domain: Domain) -> Response:
        body = await read_body(request)
        posted = _array(body) if media_type(request) == "application/json" else None
        if posted is None:
            read = self._read(read_form(request, body))
            await self._suppressions.put(domain.id, [read])
            message = f"Address has been added to the {self._words.table} table"
            return json_reply({"address": read.address, "message": message})
        await self._suppressions.put(domain.id, [self._read(fields) for fields in posted])
        return json_reply({"message": f"{len(posted)} addresses have been added to the {self._words.table} table"})

    async def _list(self, request: Request, domain: Domain) -> Response:
        cursor = request.query_params.get("cursor")
        after = START if cursor is None else self._paging.read(domain.id, cursor, Position)
        limit = page_size(request, _PAGE, _LARGEST_PAGE)
        page = await self._suppressions.page(domain.id, kind=self._words.type, after=after, limit=limit)
        # Clients go on to the next page until one is empty.
        end = Position(page.items[-1].canonical, page.items[-1].type) if page.items else after
        first = self._paging.link(request, f"{request.url.path}?limit={limit}")
        following = f"{first}&cursor={self._paging.written(domain.id, end)}"
        return json_reply(
            {"items": [self._item(each) for each in page.items], "paging": {"first": first, "next": following}}
        )

    def _read(self, fields: Fields) -> Suppression:
        given = texts(fields, "address")
        address = parse_one(given[0]) if len(given) == 1 else None
        if address is None:
            raise ApiError(400, "address parameter is not a valid address. please check documentation")
        error = texts(fields, "error")
        return suppression(address, self._words.type, error[0] if error else "", self._clock())

    def _item(self, each: Suppression) -> dict[str, object]:
        item: dict[str, object] = {"address": each.address, "created_at": http_date(each.created_at)}
        if each.type is SuppressionType.BOUNCE:
            return item | {"code": each.error[:3] if each.error[:3].isdecimal() else "550", "error": each.error}
        return item | {"tags": ["*"]} if each.type is SuppressionType.UNSUBSCRIBE else item


def _array(body: bytes) -> list[Fields] | None:
    """Answer the objects of a JSON array; None where the body is something else."""
    if not body.lstrip().startswith(b"["):
        return None
    try:
        fields = msgspec.json.decode(body, type=list[dict[str, object]])
    except UNREADABLE as error:
        raise ApiError(400, "The body must be a JSON array of objects with an address each") from error
    if not 0 < len(fields) <= _MOST_ADDED:
        raise ApiError(400, f"1 to {_MOST_ADDED} addresses can be added at once")
    return fields
