"""The API's routes, who may take them, and what becomes of errors."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from indicia.accounts.keys import Keys
from indicia.aggregates.rate_limits import RateLimits
from indicia.base.errors import AppError
from indicia.entrypoints.api.address import AddressApi
from indicia.entrypoints.api.bot import BotApi
from indicia.entrypoints.api.caller import Authenticated
from indicia.entrypoints.api.domains import DomainsApi
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.events import EventsApi
from indicia.entrypoints.api.health import HealthApi
from indicia.entrypoints.api.labels import LabelsApi
from indicia.entrypoints.api.mailgun_lists import MailgunListApi
from indicia.entrypoints.api.messages import MessagesApi
from indicia.entrypoints.api.reference import ReferenceFile
from indicia.entrypoints.api.replay import ReplayApi
from indicia.entrypoints.api.replies import as_api_error, error_reply
from indicia.entrypoints.api.stats import StatsApi
from indicia.entrypoints.api.suppress import SuppressApi
from indicia.entrypoints.api.templates import TemplatesApi
from indicia.entrypoints.api.validate import ValidateApi
from indicia.entrypoints.api.webhooks import WebhooksApi
from indicia.entrypoints.api.whoami import WhoAmI
from indicia.net.client_address import Network

Handler = Callable[[Request], Awaitable[Response]]

_REFERENCE = {
    "/openapi.json": ("openapi.json", "application/json"),
    "/docs": ("static/reference.html", "text/html"),
    "/docs/reference.css": ("static/reference.css", "text/css"),
    "/docs/reference.js": ("static/reference.js", "text/javascript"),
}


class Endpoints(NamedTuple):
    """The handlers that routes lead to."""

    address: AddressApi
    bot: BotApi
    bounces: MailgunListApi
    complaints: MailgunListApi
    domains: DomainsApi
    events: EventsApi
    health: HealthApi
    labels: LabelsApi
    replay: ReplayApi
    stats: StatsApi
    mailgun_events: EventsApi
    messages: MessagesApi
    suppress: SuppressApi
    templates: TemplatesApi
    unsubscribes: MailgunListApi
    validate: ValidateApi
    webhooks: WebhooksApi
    whoami: WhoAmI


def api_app(
    endpoints: Endpoints, keys: Keys, *, failures: RateLimits | None, trusted_proxies: Sequence[Network]
) -> ASGIApp:
    """Build the API: open paths first, then those that need a key, so that without one even nothing is a 401."""
    keyed = Router(
        [
            _route("/test", endpoints.whoami.show, "GET"),
            _route("/address/parse", endpoints.address.parse, "GET"),
            _route("/domains", endpoints.domains.list, "GET"),
            _route("/domains/{domain}", endpoints.domains.show, "GET"),
            _route("/domains/{domain}/verify", endpoints.domains.verify, "PUT"),
            _route("/domains/{domain}/webhooks", endpoints.webhooks.answer_all, "GET", "POST"),
            _route("/domains/{domain}/webhooks/replay", endpoints.replay.replay, "POST"),
            _route("/domains/{domain}/webhooks/{webhooktype}", endpoints.webhooks.answer_one, "GET", "DELETE"),
            _route("/domains/{domain}/webhooks/{webhooktype}/sample", endpoints.webhooks.sample, "GET"),
            # They are tried in this order, so what is asked for most stands high.
            _route("/{domain}/messages", endpoints.messages.submit, "POST"),
            _route("/v3/{domain}/messages", endpoints.messages.submit, "POST"),
            _route("/{domain}/bot", endpoints.bot.submit, "POST"),
            _route("/{domain}/bot/labels", endpoints.labels.answer, "GET", "POST"),
            _route("/{domain}/bot/{request_id}", endpoints.bot.result, "GET"),
            # An address may have a slash in its local part.
            _route("/{domain}/suppress", endpoints.suppress.answer_all, "GET", "POST"),
            _route("/{domain}/suppress/{address:path}", endpoints.suppress.answer_one, "GET", "DELETE"),
            _route("/v3/{domain}/bounces", endpoints.bounces.answer_all, "GET", "POST"),
            _route("/v3/{domain}/bounces/{address:path}", endpoints.bounces.answer_one, "GET", "DELETE"),
            _route("/v3/{domain}/complaints", endpoints.complaints.answer_all, "GET", "POST"),
            _route("/v3/{domain}/complaints/{address:path}", endpoints.complaints.answer_one, "GET", "DELETE"),
            _route("/v3/{domain}/unsubscribes", endpoints.unsubscribes.answer_all, "GET", "POST"),
            _route("/v3/{domain}/unsubscribes/{address:path}", endpoints.unsubscribes.answer_one, "GET", "DELETE"),
            _route("/{domain}/events", endpoints.events.search, "GET"),
            _route("/{domain}/events/{page}", endpoints.events.page, "GET"),
            _route("/v3/{domain}/events", endpoints.mailgun_events.search, "GET"),
            _route("/v3/{domain}/events/{page}", endpoints.mailgun_events.page, "GET"),
            _route("/v3/domains", endpoints.domains.list_items, "GET"),
            _route("/v4/domains", endpoints.domains.list_items, "GET"),
            _route("/v3/domains/{domain}", endpoints.domains.show_with_records, "GET"),
            _route("/v4/domains/{domain}", endpoints.domains.show_with_records, "GET"),
            _route("/v3/domains/{domain}/verify", endpoints.domains.verify, "PUT"),
            _route("/v4/domains/{domain}/verify", endpoints.domains.verify, "PUT"),
            _route("/v3/domains/{domain}/webhooks", endpoints.webhooks.answer_all, "GET", "POST"),
            _route(
                "/v3/domains/{domain}/webhooks/{webhooktype}", endpoints.webhooks.answer_one, "GET", "PUT", "DELETE"
            ),
            _route("/{domain}/stats", endpoints.stats.show, "GET"),
            _route("/{domain}/validate", endpoints.validate.validate, "GET"),
            _route("/{domain}/validate/batch", endpoints.validate.submit, "POST"),
            _route("/{domain}/validate/batch/{batch_id}", endpoints.validate.batch, "GET"),
            _route("/{domain}/templates", endpoints.templates.list, "GET"),
            _route("/{domain}/templates/{name}", endpoints.templates.answer, "GET", "PUT", "DELETE"),
        ],
        redirect_slashes=False,
        default=_Answer(_nowhere),
    )
    return Router(
        [
            _route("/healthz", endpoints.health.alive, "GET"),
            _route("/readyz", endpoints.health.ready, "GET"),
            _route("/metrics", endpoints.health.metrics, "GET"),
            *(_route(path, ReferenceFile(*file).show, "GET") for path, file in _REFERENCE.items()),
        ],
        redirect_slashes=False,
        default=Authenticated(keyed, keys=keys, failures=failures, trusted_proxies=trusted_proxies),
    )


class _Answer:
    """A handler as an application: checks the method, and answers the errors that the handler raises."""

    def __init__(self, handler: Handler, methods: frozenset[str] | None = None) -> None:
        self._handler = handler
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ApiError as error:
            response = error_reply(error)
        except AppError as error:
            known = as_api_error(error)
            if known is None:
                raise
            response = error_reply(known)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if self._methods is not None and request.method not in self._methods:
            allowed = ", ".join(sorted(self._methods))
            raise ApiError(405, f"Use {allowed} here", headers={"Allow": allowed})
        return await self._handler(request)


def _route(path: str, handler: Handler, *methods: str) -> Route:
    # Starlette would answer a wrong method in plain text, so the route takes all of them.
    return Route(path, _Answer(handler, frozenset({*methods, "HEAD"} if "GET" in methods else methods)))


async def _nowhere(request: Request) -> Response:
    raise ApiError(404, f"There is nothing at {request.url.path[:200]}")
