"""A client of the API that holds every answer against the published description before a test sees it."""

import asyncio
import io
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from tests.api.description import Description

_BOUNDARY = "the-boundary"


class Answer(NamedTuple):
    """What came back; header names are case-insensitive."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Api:
    """Speaks to the service at `url` with `key`, while entered."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._key = key
        self._description = Description()

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Answer:
        return await self.request("POST", path, **options)

    async def request(
        self,
        method: str,
        path: str,
        *,
        key: str | None = "",
        headers: Mapping[str, str] | None = None,
        json_body: object = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request; `key` is this client's own unless another or None is given, `form` is sent as multipart."""
        sent = dict(headers or {})
        if key is not None:
            sent["ov-token"] = key or self._key
        if json_body is not None:
            body = json.dumps(json_body).encode()
            sent.setdefault("Content-Type", "application/json")
        if form is not None:
            body = multipart(form)
            sent["Content-Type"] = f"multipart/form-data; boundary={_BOUNDARY}"
        # As it stands: a client that tidied the path up would hide what the service makes of it.
        url = URL(self.url + path, encoded=True)
        # aiohttp warns of large bytes, but not of large files.
        data = None if body is None else io.BytesIO(body)
        async with self._session.request(method, url, headers=sent, data=data, allow_redirects=False) as response:
            answer = Answer(response.status, response.headers, await response.read())
        self._description.check(method, path, answer.status, answer.headers, answer.body)
        return answer

    async def result(self, domain: str, request_id: str, seconds: float = 10) -> Any:
        """Poll until the result is there."""
        async with asyncio.timeout(seconds):
            while True:
                answer = await self.get(f"/{domain}/bot/{request_id}")
                if answer.status == 200:
                    return answer.json()
                assert answer.status == 404
                await asyncio.sleep(0.05)

    async def __aenter__(self) -> Self:
        # Without the default headers that aiohttp would add to a request that has none.
        self._session = aiohttp.ClientSession(skip_auto_headers=["User-Agent", "Content-Type"])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()


def multipart(form: Mapping[str, str]) -> bytes:
    """Write the body of a form."""
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form.items()
    ]
    return ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode()


async def raw_exchange(url: str, request: bytes, seconds: float = 10) -> bytes:
    """Send these very bytes and answer everything that comes back until the service closes the connection."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(request)
        try:
            return await reader.read()
        finally:
            writer.transport.abort()
