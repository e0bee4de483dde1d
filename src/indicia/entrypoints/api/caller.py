"""Find out who is calling: the API key in a request's headers, and the principal it stands for."""

import base64
import binascii
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from indicia.accounts.keys import Keys
from indicia.accounts.model import KeyRefusedError, Principal
from indicia.aggregates.rate_limits import Limit, RateLimits
from indicia.entrypoints.api.replies import error_reply, too_many, unauthorized
from indicia.net.client_address import Network, client_address, subscriber

FAILED_AUTHENTICATIONS = Limit("authentication", 60, 60.0)


class Authenticated:
    """Lets a request through to `app` with `scope["principal"]`, or answers 401.

    Only failures are limited, so nobody can lock out a valid key by failing from the same address.
    """

    def __init__(
        self, app: ASGIApp, *, keys: Keys, failures: RateLimits | None, trusted_proxies: Sequence[Network]
    ) -> None:
        self._app = app
        self._keys = keys
        self._failures = failures
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        address = client_address(scope["client"][0], headers.getlist("x-forwarded-for"), self._trusted_proxies)
        try:
            scope["principal"] = await self._keys.recognise(shown_key(headers), address)
        except KeyRefusedError:
            await self._refuse(address)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refuse(self, address: str) -> ASGIApp:
        if self._failures is not None:
            allowance = self._failures.take(FAILED_AUTHENTICATIONS, subscriber(address))
            if not allowance.allowed:
                return error_reply(too_many(allowance))
        return unauthorized()


def principal_of(request: Request) -> Principal:
    """Answer who is calling."""
    principal: Principal = request.scope["principal"]
    return principal


def shown_key(headers: Headers) -> str:
    """Answer the key in `ov-token`, in Basic credentials of the user `api`, or as a Bearer token.

    Raises:
        KeyRefusedError: There is none, or more than one.
    """
    tokens = headers.getlist("ov-token")
    authorizations = headers.getlist("authorization")
    if len(tokens) > 1 or len(authorizations) > 1:
        raise KeyRefusedError
    if tokens:
        return tokens[0]
    scheme, _, credentials = (authorizations[0] if authorizations else "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        return _basic_password(credentials.strip())
    raise KeyRefusedError


def _basic_password(credentials: str) -> str:
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise KeyRefusedError from error
    if user != "api":
        raise KeyRefusedError
    return password
