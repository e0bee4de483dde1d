"""A domain's webhooks: `/domains/{domain}/webhooks`, the types below it, and their samples."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from indicia.aggregates.rate_limits import Limit
from indicia.base.clock import Clock
from indicia.domains.model import Domain
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.body import read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.forms import read_form, texts
from indicia.entrypoints.api.replies import encoded_reply, json_reply
from indicia.webhooks.model import DeadEndpointError, WebhookType
from indicia.webhooks.probe import Probe
from indicia.webhooks.samples import sample_event
from indicia.webhooks.signature import Signed
from indicia.webhooks.subscriptions import Subscriptions, payload

# Each registration calls up to three machines that somebody named.
REGISTRATIONS = Limit("webhook registrations", 10, 60.0)
_LARGEST_BODY_BYTES = 64 * 1024


class WebhooksApi:
    """Subscribes URLs to a domain's events, one type at a time."""

    def __init__(self, subscriptions: Subscriptions, probe: Probe, admission: Admission, clock: Clock) -> None:
        self._subscriptions = subscriptions
        self._probe = probe
        self._admission = admission
        self._clock = clock

    async def answer_all(self, request: Request) -> Response:
        """Show all types that have URLs, or give one type its URLs."""
        return await (self._register(request) if request.method == "POST" else self._show_all(request))

    async def answer_one(self, request: Request) -> Response:
        """Show one type's URLs, give it others, or delete them."""
        if request.method == "PUT":
            return await self._register(request)
        domain = await self._admission.domain_of(request)
        kind = _type_of_path(request)
        if request.method == "DELETE":
            if not await self._subscriptions.delete(domain.id, kind):
                return json_reply({"message": "No webhooks deleted"}, 402)
            return json_reply({"message": "Webhook has been deleted"})
        urls = (await self._subscriptions.all_of(domain.id)).get(kind)
        if urls is None:
            raise ApiError(404, f"No webhook of type {kind}")
        return json_reply({"webhook": {"urls": urls}})

    async def sample(self, request: Request) -> Response:
        """Answer what a URL would be sent about an event of this type, as an array of one."""
        domain = await self._admission.domain_of(request)
        signed = await self._sample(domain, _type_of_path(request))
        return encoded_reply(b"[" + signed.body + b"]")

    async def _show_all(self, request: Request) -> Response:
        domain = await self._admission.domain_of(request)
        subscribed = await self._subscriptions.all_of(domain.id)
        return json_reply({"webhooks": {str(kind): {"urls": urls} for kind, urls in subscribed.items()}})

    async def _register(self, request: Request) -> Response:
        domain = await self._admission.domain_of(request)
        fields = read_form(request, await read_body(request, most_bytes=_LARGEST_BODY_BYTES))
        kind = _type_of_path(request) if request.method == "PUT" else _type(_single(fields, "id"), "id")
        urls = self._subscriptions.checked(texts(fields, "url"))
        self._admission.take_of_account(request, REGISTRATIONS)
        try:
            await self._probe.call(urls, await self._sample(domain, kind))
        except DeadEndpointError as error:
            return json_reply({"errors": error.failures}, 402)
        await self._subscriptions.replace(domain.id, kind, urls)
        return json_reply({"message": "Webhook has been updated", "webhook": {"urls": urls}})

    async def _sample(self, domain: Domain, kind: WebhookType) -> Signed:
        event = sample_event(kind, domain, self._clock())
        return await self._probe.signed(domain.account_id, event.uid, payload(event))


def _type_of_path(request: Request) -> WebhookType:
    return _type(request.path_params["webhooktype"], "webhooktype")


def _type(text: str, field: str) -> WebhookType:
    try:
        return WebhookType(text)
    except ValueError as error:
        raise ApiError(400, f"{field}: must be one of {', '.join(WebhookType)}") from error


def _single(fields: Mapping[str, object], name: str) -> str:
    found = texts(fields, name)
    return found[0] if len(found) == 1 else ""
