"""Statistics: what became of a domain's mail, with opens and clicks of everybody and of people."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.replies import json_reply
from indicia.tracking.statistics.report import Statistics


class StatsApi:
    """`GET /{domain}/stats`."""

    def __init__(self, statistics: Statistics, admission: Admission) -> None:
        self._statistics = statistics
        self._admission = admission

    async def show(self, request: Request) -> Response:
        """Answer the sums by day, message, tag, variable or provider."""
        domain = await self._admission.domain_of(request)
        return json_reply(await self._statistics.report(domain.id, request.query_params))
