"""HTTP to machines that others named: guarded, without redirects or proxies, and over after one deadline.

A request is judged three times, because each place sees what the others cannot: the URL before anything is looked
up, all addresses of its name before each request (a kept connection resolves nothing), and the address of the very
socket (an IP literal never reaches a resolver).
"""

import asyncio
import io
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from indicia.base.clock import Clock
from indicia.net.connector import GuardedNames, RenewedSessions, guarded_connector
from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard
from indicia.net.model import Answered, EgressRefusedError, Failure, RequestFailedError, ResolutionError

CONNECT_SECONDS = 5.0
# An answer is read this far so that its connection can serve again; a longer one costs its connection.
MAX_ANSWER_BYTES = 16 * 1024
MAX_EXCERPT_BYTES = 1024

_MAX_REDIRECTS = 5
# Nothing is ever decoded: 200 KB of gzip can hold 200 MB.
_HEADERS = {"User-Agent": "Indicia", "Accept-Encoding": "identity"}


class HttpClient:
    """Sends requests through the egress guard; to be built and closed inside one event loop."""

    def __init__(
        self, guard: EgressGuard, resolver: Resolver, clock: Clock, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._guard = guard
        self._names = GuardedNames(guard, resolver)
        self._tls = tls or ssl.create_default_context()
        self._sessions = RenewedSessions(self._open_session, clock)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, timeout_seconds: float) -> Answered:
        """Post `body`; any status is an answer, a redirect too.

        The deadline covers all, from the look-up of the name to the end of the answer. The status counts once it
        has come: a body that does not end in time only costs its connection.

        Raises:
            RequestFailedError: No status came in time; the peer may have acted on the request.
        """
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        async with _exchange(deadline) as limit, self._request("POST", url, body, headers) as response:
            limit.reschedule(None)
            read = await _read_some(response, deadline)
        excerpt = read[:MAX_EXCERPT_BYTES].decode(errors="replace")
        return Answered(response.status, response.headers, excerpt)

    async def download(self, url: str, *, max_bytes: int, timeout_seconds: float, follow: bool = True) -> bytes:
        """Fetch the document at `url`, following up to five redirects that pass the guard, or none without `follow`.

        Raises:
            RequestFailedError: It is not there, longer than `max_bytes`, or not complete in time.
        """
        async with _exchange(asyncio.get_running_loop().time() + timeout_seconds):
            for _ in range(_MAX_REDIRECTS + 1):
                async with self._request("GET", url) as response:
                    if response.status == 200:
                        return await _read_all(response, max_bytes)
                    if not follow or response.status not in {301, 302, 303, 307, 308}:
                        raise RequestFailedError(Failure.PROTOCOL, f"status {response.status}")
                    url = urljoin(url, response.headers.get("Location", ""))
            raise RequestFailedError(Failure.PROTOCOL, "too many redirects")

    async def close(self) -> None:
        """Close all connections, those in use included."""
        await self._sessions.close()

    @asynccontextmanager
    async def _request(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        destination = self._guard.check_url(url)
        await self._names.check(destination)
        wire_url = URL(destination.url, encoded=True)
        # A stream is sent in pieces; one large `bytes` would hold up the event loop.
        data = None if body is None else io.BytesIO(body)
        async with (
            self._sessions.lend() as client,
            client.request(method, wire_url, data=data, headers=headers, allow_redirects=False) as response,
        ):
            yield response

    def _open_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=guarded_connector(self._guard, self._names, self._tls),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS),
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=MAX_ANSWER_BYTES,
        )


@asynccontextmanager
async def _exchange(deadline: float) -> AsyncIterator[asyncio.Timeout]:
    """Bound what happens inside by `deadline` (loop time), and name the place where it broke off."""
    try:
        async with asyncio.timeout_at(deadline) as limit:
            yield limit
    except EgressRefusedError as error:
        raise RequestFailedError(Failure.REFUSED, error.reason) from error
    except ResolutionError as error:
        raise RequestFailedError(Failure.DNS, str(error)) from error
    except aiohttp.ClientSSLError as error:
        raise RequestFailedError(Failure.TLS, str(error)) from error
    except aiohttp.ClientConnectorError as error:
        kind = Failure.REFUSED if isinstance(error.os_error, EgressRefusedError) else Failure.CONNECT
        raise RequestFailedError(kind, str(error)) from error
    # The texts of these two may repeat the URL, whose path and query may hold the receiver's secrets.
    except TimeoutError as error:
        raise RequestFailedError(Failure.TIMEOUT, type(error).__name__) from error
    except aiohttp.ClientError as error:
        raise RequestFailedError(Failure.PROTOCOL, type(error).__name__) from error


async def _read_some(response: aiohttp.ClientResponse, deadline: float) -> bytes:
    read = bytearray()
    with suppress(TimeoutError, aiohttp.ClientError):
        async with asyncio.timeout_at(deadline):
            while len(read) < MAX_ANSWER_BYTES and not response.content.at_eof():
                read += await response.content.read(MAX_ANSWER_BYTES - len(read))
    return bytes(read)


async def _read_all(response: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > max_bytes:
            raise RequestFailedError(Failure.PROTOCOL, f"longer than {max_bytes} bytes")
    return bytes(read)
