"""Whom a domain must not mail: `/{domain}/suppress` and `/{domain}/suppress/{address}`."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from indicia.base.clock import Clock, http_date
from indicia.domains.model import Domain
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.body import media_type, read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.forms import read_form, single
from indicia.entrypoints.api.paging import Paging, page_size
from indicia.entrypoints.api.replies import json_reply
from indicia.mail.address import Address, parse_one
from indicia.suppressions.csv_files import export_csv, import_csv, parse_type
from indicia.suppressions.guard import Suppressions, suppression
from indicia.suppressions.model import Suppression, SuppressionType
from indicia.suppressions.store import START, Position

_PAGE, _LARGEST_PAGE = 100, 1000
_LARGEST_BODY_BYTES = 64 * 1024
# Some 200,000 addresses.
_LARGEST_FILE_BYTES = 8 * 1024 * 1024


class SuppressApi:
    """Adds, lists, shows and removes suppressions."""

    def __init__(self, suppressions: Suppressions, paging: Paging, admission: Admission, clock: Clock) -> None:
        self._suppressions = suppressions
        self._paging = paging
        self._admission = admission
        self._clock = clock

    async def answer_all(self, request: Request) -> Response:
        """List suppressions, as JSON by pages or as CSV in whole; or add one, or a file of them."""
        domain = await self._admission.domain_of(request)
        if request.method == "POST":
            return await (self._import if media_type(request) == "text/csv" else self._add)(request, domain)
        if request.headers.get("accept", "").startswith("text/csv"):
            lines = export_csv(self._suppressions, domain.id, _type_asked(request))
            return StreamingResponse(lines, media_type="text/csv; charset=utf-8")
        return await self._list(request, domain)

    async def answer_one(self, request: Request) -> Response:
        """Show why an address is not mailed, or let it be mailed again."""
        domain = await self._admission.domain_of(request)
        address, kind = _address(request.path_params["address"]), _type_asked(request)
        if request.method == "DELETE":
            await self._suppressions.remove(domain.id, address, kind)
            message = "Address has been removed from the suppression list"
            return json_reply({"address": address.addr_spec, "message": message})
        return json_reply(_item(await self._suppressions.gravest(domain.id, address, kind)))

    async def _add(self, request: Request, domain: Domain) -> Response:
        fields = read_form(request, await read_body(request, most_bytes=_LARGEST_BODY_BYTES))
        address = _address(single(fields, "address"))
        kind = _type(single(fields, "type") or SuppressionType.UNSUBSCRIBE)
        error = single(fields, "error")
        await self._suppressions.put(domain.id, [suppression(address, kind, error, self._clock())])
        message = "Address has been added to the suppression list"
        return json_reply({"address": address.addr_spec, "message": message, "type": kind})

    async def _import(self, request: Request, domain: Domain) -> Response:
        body = await read_body(request, most_bytes=_LARGEST_FILE_BYTES)
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise ApiError(400, "The file is not UTF-8") from error
        default = _type_asked(request) or SuppressionType.UNSUBSCRIBE
        imported = await import_csv(self._suppressions, domain.id, text, default=default, now=self._clock())
        return json_reply({"imported": imported, "message": "Addresses have been added to the suppression list"})

    async def _list(self, request: Request, domain: Domain) -> Response:
        cursor, kind = request.query_params.get("cursor"), _type_asked(request)
        after = START if cursor is None else self._paging.read(domain.id, cursor, Position)
        limit = page_size(request, _PAGE, _LARGEST_PAGE)
        page = await self._suppressions.page(domain.id, kind=kind, after=after, limit=limit)
        following = None
        if page.after is not None:
            cursor = self._paging.written(domain.id, page.after)
            narrowed = f"&type={kind}" if kind else ""
            following = self._paging.link(request, f"{request.url.path}?limit={limit}{narrowed}&cursor={cursor}")
        return json_reply({"items": [_item(each) for each in page.items], "paging": {"next": following}})


def _item(each: Suppression) -> dict[str, object]:
    return {
        "address": each.address,
        "created_at": http_date(each.created_at),
        "error": each.error,
        "type": each.type,
    }


def _address(text: str) -> Address:
    address = parse_one(text)
    if address is None:
        raise ApiError(400, "address: must be one email address")
    return address


def _type_asked(request: Request) -> SuppressionType | None:
    text = request.query_params.get("type")
    return _type(text) if text else None


def _type(text: str) -> SuppressionType:
    try:
        return parse_type(text)
    except ValueError as error:
        raise ApiError(400, f"type: must be one of {', '.join(sorted(SuppressionType))}") from error
