"""Bot detection: post a batch or a single interaction, and poll for the result."""

import asyncio
import re

from starlette.requests import Request
from starlette.responses import Response

from indicia.aggregates.rate_limits import Limit
from indicia.detection.posted import Posted, read_json, read_single
from indicia.detection.requests import DetectionRequests
from indicia.entrypoints.api.admission import BotAdmission
from indicia.entrypoints.api.body import media_type, read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.forms import read_form
from indicia.entrypoints.api.replies import encoded_reply, json_reply, limit_headers

SINGLES = Limit("single", 60, 60.0)
BATCHES = Limit("batch", 600, 60.0)
# "will no return results earlier than in 1 second"; timers may fire a little early.
SINGLE_SECONDS = 1.005

_NOT_FOUND = "Request with matching UUID not found. It may not have been processed yet or has already expired."
# Identifiers are text even when they look like numbers, as the seed's own sample shows them.
_TEXT_FIELDS = frozenset(
    {"event_id", "ip", "uas", "action", "domain", "recipient_id", "message_id", "url", "link_id", "method"}
)
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")


class BotApi:
    """`POST /{domain}/bot` and `GET /{domain}/bot/{request_id}`."""

    def __init__(self, requests: DetectionRequests, admission: BotAdmission) -> None:
        self._requests = requests
        self._admission = admission

    async def submit(self, request: Request) -> Response:
        """Accept a JSON batch, or a single interaction as a form or a flat JSON object."""
        due = asyncio.get_running_loop().time() + SINGLE_SECONDS
        domain = await self._admission.domain_of(request)
        is_json = media_type(request) == "application/json"
        allowance = self._admission.take(request, BATCHES if is_json else SINGLES)
        body = await read_body(request)
        posted = _read(request, body, is_json=is_json)
        if posted.is_single and is_json:
            allowance = self._admission.take(request, SINGLES)
        request_id = await self._requests.accept(
            domain, posted, body=body, idempotency_key=request.headers.get("idempotency-key")
        )
        headers = {"Location": f"/{domain.name}/bot/{request_id}", **limit_headers(allowance)}
        if posted.is_single:
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            if (result := await self._requests.result(domain, request_id)) is not None:
                return encoded_reply(result, headers=headers)
        accepted = {"message": "Accepted", "request_id": request_id, "status": 202}
        return json_reply(accepted, 202, headers)

    async def result(self, request: Request) -> Response:
        """Answer the verdicts of a request, or 404 while there are none to be seen by this caller."""
        domain = await self._admission.domain_of(request)
        result = await self._requests.result(domain, request.path_params["request_id"])
        if result is None:
            raise ApiError(404, _NOT_FOUND)
        return encoded_reply(result)


def _read(request: Request, body: bytes, *, is_json: bool) -> Posted:
    if is_json:
        return read_json(body)
    return read_single({name: _typed(name, value) for name, value in read_form(request, body).items()})


def _typed(name: str, value: object) -> object:
    """Answer a number in a form as a number, as the seed's sample shows `ts`."""
    if name in _TEXT_FIELDS or not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)
