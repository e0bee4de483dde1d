"""What operators and their monitoring ask: alive, ready, measured."""

from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response

from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.replies import json_reply
from indicia.storage.database import Database, StorageError

RefreshGauges = Callable[[], Awaitable[None]]
MeasuredElsewhere = Callable[[], Awaitable[bytes]]
"""Answers the metrics of other processes, of which this one has none of the same name."""


class HealthApi:
    """`GET /healthz`, `GET /readyz` and `GET /metrics`; none needs a key."""

    def __init__(
        self,
        database: Database,
        registry: CollectorRegistry,
        refresh_gauges: RefreshGauges,
        measured_elsewhere: MeasuredElsewhere,
    ) -> None:
        self._database = database
        self._registry = registry
        self._refresh_gauges = refresh_gauges
        self._measured_elsewhere = measured_elsewhere

    async def alive(self, _: Request) -> Response:
        """Answer that the process serves requests."""
        return json_reply({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """Answer that the store can be reached, or 503."""
        try:
            await self._database.fetch("SELECT 1")
        except StorageError as error:
            raise ApiError(503, "The store cannot be reached", headers={"Retry-After": "5"}) from error
        return json_reply({"status": "ok"})

    async def metrics(self, _: Request) -> Response:
        """Answer all metrics in Prometheus' text format."""
        await self._refresh_gauges()
        text = generate_latest(self._registry) + await self._measured_elsewhere()
        return Response(text, media_type=CONTENT_TYPE_LATEST)
