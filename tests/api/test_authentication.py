"""Who gets in, and what those hear who do not: the same for all of them."""

import asyncio
import base64
import zlib

import pytest

from tests.api.client import Api, raw_exchange
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation

UNAUTHORIZED = b'{"message":"Unauthorized"}'
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def well_formed(body: str) -> str:
    """Complete a key with the checksum that makes it look genuine."""
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        digits = _DIGITS[digit] + digits
    return body + digits


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


async def test_key_is_taken_in_three_places(api: Api, installation: Installation):
    key = installation.sending_key

    answers = [
        await api.get("/test"),
        await api.get("/test", key=None, headers=basic("api", key)),
        await api.get("/test", key=None, headers={"Authorization": f"Bearer {key}"}),
    ]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len({answer.body for answer in answers}) == 1


async def test_every_bad_key_gets_the_same_answer(api: Api, installation: Installation):
    key = installation.sending_key
    bad = [
        {},
        {"ov-token": ""},
        {"ov-token": "x"},
        {"ov-token": key[:-1] + ("0" if key[-1] != "0" else "1")},
        {"ov-token": key.swapcase()},
        {"ov-token": well_formed("ov_live_" + "0" * 40)},
        {"ov-token": well_formed(key[:30] + "0" * 18)},
        {"ov-token": key + "x" * 4000},
        {"ov-token": "ключ"},
        {"ov-token": installation.signing_key},
        {"Authorization": "Bearer"},
        {"Authorization": f"Digest {key}"},
        {"Authorization": "Basic ???"},
        basic("admin", key),
        basic("api", ""),
        {"Cookie": f"ov-token={key}"},
    ]

    answers = [await api.get("/domains", key=None, headers=headers) for headers in bad]
    answers.append(await api.get(f"/domains?ov-token={key}", key=None))
    answers.append(await api.get("/nothing/here", key=None))
    answers.append(await api.post(f"/{DOMAIN}/bot", key=None, json_body={}))

    assert {(answer.status, answer.body) for answer in answers} == {(401, UNAUTHORIZED)}
    assert len({frozenset(answer.headers) for answer in answers}) == 1


@pytest.mark.parametrize("second", ["ov_live_wrong", "the same"])
async def test_two_keys_in_one_request_are_refused(installation: Installation, second: str):
    key = installation.sending_key
    other = key if second == "the same" else second
    request = f"GET /test HTTP/1.1\r\nHost: x\r\nov-token: {key}\r\nov-token: {other}\r\nConnection: close\r\n\r\n"

    answer = await raw_exchange(installation.service.url, request.encode())

    assert answer.startswith(b"HTTP/1.1 401")
    assert answer.endswith(UNAUTHORIZED)


async def test_foreign_and_unknown_domains_cannot_be_told_apart(api: Api, installation: Installation):
    paths = [("GET", "/domains/{}"), ("POST", "/{}/bot"), ("GET", "/{}/bot/01890000-0000-7000-8000-000000000000")]

    for method, path in paths:
        for key in (installation.sending_key, installation.primary_key):
            foreign = await api.request(method, path.format(FOREIGN_DOMAIN), key=key)
            unknown = await api.request(method, path.format("nobody.example.net"), key=key)

            assert foreign.status == unknown.status == 404
            assert foreign.json() == {"message": f"Domain not found: {FOREIGN_DOMAIN}", "status": 404}
            assert foreign.body.replace(FOREIGN_DOMAIN.encode(), b"nobody.example.net") == unknown.body
            assert set(foreign.headers) == set(unknown.headers)


async def test_keys_and_secrets_stay_out_of_the_log(api: Api, installation: Installation):
    await asyncio.gather(
        api.get("/test"), api.get("/domains", key=None, headers=basic("api", installation.primary_key))
    )

    log = installation.service.log

    assert '"event":"request.answered"' in log
    for secret in (installation.sending_key, installation.primary_key, installation.signing_key):
        assert secret not in log
