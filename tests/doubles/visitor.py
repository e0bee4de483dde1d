"""A browser that finds every host at one proxy, and comes from an address that is no proxy's."""

import ssl
from collections.abc import Mapping

import aiohttp
from yarl import URL

VISITOR = "127.0.0.2"


async def visit(
    port: int, host: str, path: str, trusted: ssl.SSLContext, headers: Mapping[str, str]
) -> tuple[int, str | None]:
    """Ask the proxy at `port` for a path of a host; answer the status and where it leads."""
    connector = aiohttp.TCPConnector(local_addr=(VISITOR, 0))
    url = URL(f"https://127.0.0.1:{port}{path}", encoded=True)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(
            url, headers={"Host": host, **headers}, ssl=trusted, server_hostname=host, allow_redirects=False
        ) as answer,
    ):
        return answer.status, answer.headers.get("Location")
