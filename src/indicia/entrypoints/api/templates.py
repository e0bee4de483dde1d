"""A domain's templates: `/{domain}/templates` and `/{domain}/templates/{name}`."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.base.clock import http_date
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.body import media_type, read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.forms import read_form, texts
from indicia.entrypoints.api.replies import json_reply
from indicia.templates.library import TemplateLibrary
from indicia.templates.model import LARGEST_SOURCE_BYTES

# In a form or in JSON, a character of the source can take several.
_LARGEST_BODY_BYTES = 4 * LARGEST_SOURCE_BYTES


class TemplatesApi:
    """Lists, shows, saves and deletes templates."""

    def __init__(self, library: TemplateLibrary, admission: Admission) -> None:
        self._library = library
        self._admission = admission

    async def list(self, request: Request) -> Response:
        """Answer every template of the domain, without its source."""
        domain = await self._admission.domain_of(request)
        items = [
            {
                "name": each.name,
                "saved_at": http_date(each.saved_at),
                "size": each.size_bytes,
                "version": each.version,
            }
            for each in await self._library.all_of(domain.id)
        ]
        return json_reply({"items": items})

    async def answer(self, request: Request) -> Response:
        """Show, save or delete one template."""
        if request.method == "PUT":
            return await self._put(request)
        if request.method == "DELETE":
            return await self._delete(request)
        return await self._show(request)

    async def _show(self, request: Request) -> Response:
        domain = await self._admission.domain_of(request)
        wanted = request.query_params.get("version")
        if wanted is not None and not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 10):
            raise ApiError(400, "version: must be a number")
        found = await self._library.get(domain.id, _name(request), None if wanted is None else int(wanted))
        return json_reply(
            {
                "name": found.name,
                "saved_at": http_date(found.saved_at),
                "source": found.source,
                "version": found.version,
            }
        )

    async def _put(self, request: Request) -> Response:
        domain = await self._admission.domain_of(request)
        body = await read_body(request, most_bytes=_LARGEST_BODY_BYTES)
        saved = await self._library.put(domain.id, _name(request), _source(request, body))
        return json_reply({"message": "Template has been saved", "name": saved.name, "version": saved.version})

    async def _delete(self, request: Request) -> Response:
        domain = await self._admission.domain_of(request)
        await self._library.delete(domain.id, _name(request))
        return json_reply({"message": "Template has been deleted", "name": _name(request)})


def _name(request: Request) -> str:
    name: str = request.path_params["name"]
    return name


def _source(request: Request, body: bytes) -> str:
    """Read a template's source, which is the body itself where that is text, and else its field `source`."""
    if media_type(request).startswith("text/"):
        try:
            given = [body.decode()]
        except UnicodeDecodeError as error:
            raise ApiError(400, "The body is not UTF-8") from error
    else:
        given = texts(read_form(request, body), "source")
    if len(given) != 1 or not given[0]:
        raise ApiError(400, "source: is required, once")
    return given[0]
