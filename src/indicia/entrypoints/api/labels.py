"""Labels: customers report which events were people's and which bots', and see what became of their reports."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.aggregates.rate_limits import Limit
from indicia.detection.labels import Labels
from indicia.detection.learning.model import LabelState, ReportedLabel
from indicia.entrypoints.api.admission import BotAdmission
from indicia.entrypoints.api.body import media_type, read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.replies import json_reply, limit_headers

REPORTS = Limit("labels", 60, 60.0)
MOST_SHOWN = 500
_LARGEST_BODY_BYTES = 4 * 1024 * 1024


class LabelsApi:
    """`POST /{domain}/bot/labels` and `GET /{domain}/bot/labels`."""

    def __init__(self, labels: Labels, admission: BotAdmission) -> None:
        self._labels = labels
        self._admission = admission

    async def answer(self, request: Request) -> Response:
        """Accept labels to be learned from within a minute, or show what became of them."""
        return await (self._report(request) if request.method == "POST" else self._show(request))

    async def _report(self, request: Request) -> Response:
        domain = await self._admission.domain_of(request)
        allowance = self._admission.take(request, REPORTS)
        if media_type(request) != "application/json":
            raise ApiError(415, "Send the labels as application/json")
        body = await read_body(request, most_bytes=_LARGEST_BODY_BYTES)
        count = await self._labels.accept(domain, body)
        return json_reply({"labels": count, "message": "Accepted", "status": 202}, 202, limit_headers(allowance))

    async def _show(self, request: Request) -> Response:
        domain = await self._admission.domain_of(request)
        wanted = request.query_params.get("state")
        if wanted is not None and wanted not in list(LabelState):
            raise ApiError(400, f"state: must be one of {', '.join(LabelState)}")
        latest = await self._labels.latest(domain, None if wanted is None else LabelState(wanted), MOST_SHOWN)
        return json_reply({"items": [_item(reported) for reported in latest]})


def _item(reported: ReportedLabel) -> dict[str, object]:
    label = reported.label
    return {
        "event_id": label.event_id,
        "label": "bot" if label.is_bot else "human",
        "reason": label.reason,
        "reported_at": int(reported.reported_at),
        "state": str(reported.state),
    }
