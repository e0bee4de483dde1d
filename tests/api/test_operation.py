"""GET /healthz, /readyz and /metrics: what monitoring asks, without a key."""

import re

import pytest

from tests.api.client import Api


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
