"""GET /healthz, /readyz and /metrics: what monitoring asks, without a key."""

import re

import pytest

from tests.api.client import Api, raw_exchange
from tests.api.conftest import DOMAIN, Installation


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_needs_no_key(api: Api, path: str):
    answer = await api.get(path, key=None)

    assert (answer.status, answer.body) == (200, b'{"status":"ok"}')


async def test_metrics_count_requests_and_jobs(api: Api):
    await api.get("/test")

    answer = await api.get("/metrics", key=None)

    text = answer.body.decode()
    assert re.search(r'^indicia_http_requests_total\{kind="api",status="200"\} [1-9]', text, re.MULTILINE)
    assert re.search(r'^indicia_jobs\{kind="detection"\} \d', text, re.MULTILINE)
    assert re.search(r'^indicia_jobs\{kind="webhook"\} \d', text, re.MULTILINE)


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/openapi.json"])
async def test_operation_takes_no_posts(api: Api, path: str):
    answer = await api.post(path, key=None, json_body={})

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/healthz", "/test", "/message/hclick", f"/{DOMAIN}/o/token", f"/{DOMAIN}/c/token"])
async def test_a_request_that_names_two_hosts_is_refused(installation: Installation, path: str):
    request = f"GET {path} HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\nConnection: close\r\n\r\n"

    head, _, body = (await raw_exchange(installation.service.url, request.encode())).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"x-request-id" in head
    assert body == b'{"message":"A request must name one host","status":400}'
