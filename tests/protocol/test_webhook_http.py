"""The HTTP client against receivers that behave badly."""

import asyncio
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from indicia.net.dns import Resolver, parse_servers
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.http import HttpClient
from indicia.net.model import Failure, RequestFailedError
from tests.doubles.certificates import CertificateAuthority
from tests.doubles.dns_zone import DnsZone
from tests.doubles.webhook_receiver import (
    Reply,
    WebhookReceiver,
    cut_off,
    drip,
    endless,
    gzip_bomb,
    hang,
    raw,
    redirect,
    reset,
    status,
)

OK = b"HTTP/1.1 200 OK\r\n"


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def zone() -> AsyncIterator[DnsZone]:
    async with DnsZone() as zone:
        yield zone


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


@pytest.fixture
async def client(zone: DnsZone, time: Time, authority: CertificateAuthority) -> AsyncIterator[HttpClient]:
    resolver = Resolver(time, parse_servers(zone.address))
    client = HttpClient(EgressGuard(parse_allow("127.0.0.1:*")), resolver, time, tls=authority.client())
    yield client
    await client.close()
    await resolver.close()


async def test_request_has_exactly_these_headers(client: HttpClient, receiver: WebhookReceiver) -> None:
    headers = {"Content-Type": "application/json", "webhook-id": "1"}

    await client.post(receiver.url("/a?b=%2B#c"), b'{"a":1}', headers, timeout_seconds=5)

    request = receiver.requests[0]
    assert (request.method, request.target, request.body) == ("POST", "/a?b=%2B", b'{"a":1}')
    assert request.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "accept": "*/*",
        "accept-encoding": "identity",
        "content-length": "7",
        "content-type": "application/json",
        "user-agent": "Indicia",
        "webhook-id": "1",
    }


async def test_answer_has_status_headers_and_an_excerpt(client: HttpClient, receiver: WebhookReceiver) -> None:
    receiver.default = status(503, "ä".encode() * 1000, {"Retry-After": "7"})

    answered = await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)

    assert answered.status == 503
    assert answered.headers["retry-after"] == "7"
    assert answered.excerpt == "ä" * 512


async def test_connection_is_used_again_for_a_minute(client: HttpClient, receiver: WebhookReceiver, time: Time) -> None:
    for wait in (0, 30, 30, 0):
        time.now += wait
        await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)

    assert [request.connection for request in receiver.requests] == [1, 1, 2, 2]


async def test_replaced_session_lets_its_requests_end(
    client: HttpClient, receiver: WebhookReceiver, time: Time
) -> None:
    finish = asyncio.Event()

    async def slow(writer: asyncio.StreamWriter) -> None:
        await finish.wait()
        await status(200)(writer)

    receiver.script.append(slow)
    slow_post = asyncio.create_task(client.post(receiver.url(), b"{}", {}, timeout_seconds=5))
    await receiver.wait_for(1)

    time.now += 60
    await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)
    finish.set()

    assert (await slow_post).status == 200


async def test_cookies_are_not_kept(client: HttpClient, receiver: WebhookReceiver) -> None:
    receiver.default = status(200, headers={"Set-Cookie": "a=b; Path=/"})

    for _ in range(2):
        await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)

    assert "cookie" not in receiver.requests[1].headers


async def test_proxy_of_the_environment_is_ignored(
    client: HttpClient, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert (await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)).status == 200


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(hang, id="silent"),
        pytest.param(drip(OK + b"X-Drip: "), id="header-drip"),
        pytest.param(drip(b"HTTP/1.1 200 "), id="status-drip"),
        pytest.param(raw(b"HTTP/1.1 100 Continue\r\n\r\n"), id="only-continue"),
    ],
)
async def test_receiver_without_a_status_costs_the_deadline_and_no_more(
    client: HttpClient, receiver: WebhookReceiver, reply: Reply
) -> None:
    receiver.default = reply
    loop = asyncio.get_running_loop()
    began = loop.time()

    with pytest.raises(RequestFailedError) as error:
        await client.post(receiver.url(), b"{}", {}, timeout_seconds=0.5)

    assert error.value.kind is Failure.TIMEOUT
    assert loop.time() - began < 1.5


async def test_status_counts_although_the_body_never_ends(client: HttpClient, receiver: WebhookReceiver) -> None:
    receiver.default = drip(OK + b"Content-Length: 100000\r\n\r\n", seconds=0.1)
    loop = asyncio.get_running_loop()
    began = loop.time()

    answered = await client.post(receiver.url(), b"{}", {}, timeout_seconds=0.5)

    assert answered.status == 200
    assert set(answered.excerpt) == {"x"}
    assert loop.time() - began < 1.5


async def test_tls_handshake_that_stalls_is_given_up(client: HttpClient) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(RequestFailedError) as error:
            await client.post(f"https://127.0.0.1:{port}/", b"{}", {}, timeout_seconds=0.5)

    assert error.value.kind is Failure.TIMEOUT


@pytest.mark.parametrize("reply", [pytest.param(endless(), id="endless"), pytest.param(gzip_bomb(), id="gzip-bomb")])
async def test_large_answer_is_neither_read_nor_unpacked(
    client: HttpClient, receiver: WebhookReceiver, reply: Reply
) -> None:
    receiver.default = reply
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    answered = await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert answered.status == 200
    assert len(answered.excerpt) <= 1024
    assert grown_kib < 16 * 1024


async def test_connection_with_an_unread_rest_is_not_used_again(client: HttpClient, receiver: WebhookReceiver) -> None:
    receiver.script.append(status(200, b"x" * 100_000))

    for _ in range(2):
        await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)

    assert [request.connection for request in receiver.requests] == [1, 2]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(reset, id="reset"),
        pytest.param(raw(b"SMTP ready\r\n\r\n"), id="other-protocol"),
        pytest.param(raw(b"HTTP/1.1 2xx\r\n\r\n"), id="no-status"),
        pytest.param(raw(OK + b"A: " + b"x" * 100_000 + b"\r\n\r\n"), id="long-header"),
        pytest.param(raw(OK + b"A: x\r\n" * 100_000 + b"\r\n"), id="many-headers"),
        pytest.param(raw(OK + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"), id="smuggling"),
    ],
)
async def test_answer_that_is_not_http_is_a_failure(
    client: HttpClient, receiver: WebhookReceiver, reply: Reply
) -> None:
    receiver.default = reply

    with pytest.raises(RequestFailedError) as error:
        await client.post(receiver.url(), b"{}", {}, timeout_seconds=5)

    assert error.value.kind is Failure.PROTOCOL


async def test_closed_port_is_a_failed_connect(client: HttpClient, receiver: WebhookReceiver) -> None:
    async with WebhookReceiver() as gone:
        url = gone.url()

    with pytest.raises(RequestFailedError) as error:
        await client.post(url, b"{}", {}, timeout_seconds=5)

    assert error.value.kind is Failure.CONNECT


async def test_certificate_is_checked_against_the_name_though_the_address_was_resolved_here(
    client: HttpClient, zone: DnsZone, authority: CertificateAuthority
) -> None:
    zone.answer("hook.t.test", "A", ["127.0.0.1"])
    async with WebhookReceiver(tls=authority.server("hook.t.test")) as receiver:
        answered = await client.post(f"https://hook.t.test:{receiver.port}/", b"{}", {}, timeout_seconds=5)

    assert answered.status == 200


@pytest.mark.parametrize("flaw", ["expired", "other-host", "unknown-authority"])
async def test_bad_certificate_ends_before_the_request(
    client: HttpClient, zone: DnsZone, authority: CertificateAuthority, tmp_path: Path, flaw: str
) -> None:
    zone.answer("hook.t.test", "A", ["127.0.0.1"])
    stranger = CertificateAuthority(tmp_path)
    tls = {
        "expired": authority.server("hook.t.test", expired=True),
        "other-host": authority.server("other.t.test"),
        "unknown-authority": stranger.server("hook.t.test"),
    }[flaw]
    async with WebhookReceiver(tls=tls) as receiver:
        with pytest.raises(RequestFailedError) as error:
            await client.post(f"https://hook.t.test:{receiver.port}/", b"{}", {}, timeout_seconds=5)

        assert receiver.requests == []
    assert error.value.kind is Failure.TLS


async def test_download_follows_a_redirect_to_the_document(client: HttpClient, receiver: WebhookReceiver) -> None:
    receiver.script.extend([redirect("/moved"), status(200, b"list")])

    assert await client.download(receiver.url(), max_bytes=4, timeout_seconds=5) == b"list"
    assert receiver.requests[1].target == "/moved"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(status(404), id="missing"),
        pytest.param(status(200, b"x" * 101), id="too-long"),
        pytest.param(endless(), id="endless"),
        pytest.param(redirect("/again"), id="redirected-for-ever"),
        pytest.param(cut_off(OK + b"Content-Length: 50\r\n\r\nhalf"), id="cut-off"),
        pytest.param(drip(OK + b"Content-Length: 100\r\n\r\n"), id="drip"),
    ],
)
async def test_download_that_is_not_whole_fails(client: HttpClient, receiver: WebhookReceiver, reply: Reply) -> None:
    receiver.default = reply

    with pytest.raises(RequestFailedError):
        await client.download(receiver.url(), max_bytes=100, timeout_seconds=1)
