"""What an event may hold: every value that a client could think of is judged or refused by name."""

from typing import Any

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN
from tests.api.interactions import UNHEARD_URL, batch, click

BOT = f"/{DOMAIN}/bot"


async def judged(api: Api, event: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post(BOT, json_body=batch(event))
    assert answer.status == 202, answer.body
    [result] = (await api.result(DOMAIN, answer.json()["request_id"]))["events"]
    return dict(result)


async def refused(api: Api, event: object) -> list[str]:
    answer = await api.post(BOT, json_body=batch(event))
    assert answer.status == 400, answer.body
    return list(answer.json()["errors"])


@pytest.mark.parametrize(
    "ip",
    ["10.0.0.1", "127.0.0.1", "::1", "::ffff:203.0.113.9", "2001:DB8::1", "fe80::1", "0.0.0.0", "255.255.255.255"],
)
async def test_every_address_is_judged_and_echoed_as_written(api: Api, ip: str):
    result = await judged(api, click(ip=ip))

    assert result["ip"] == ip
    assert isinstance(result["is_bot"], bool)


@pytest.mark.parametrize(
    "ip", ["", "1.2.3", "01.2.3.4", "1.2.3.4:80", "fe80::1%eth0", "1.2.3.4, 5.6.7.8", "::g", 16909060]
)
async def test_what_is_no_address_is_refused(api: Api, ip: object):
    [error] = await refused(api, click(ip=ip))

    assert error.startswith("events[0].ip: ")


@pytest.mark.parametrize(
    "ts", [0, 1721474736, 1721474736.123, 1721474736123, "1721474736", "1721474736123.5", "", None, 4102444800]
)
async def test_times_may_be_seconds_or_milliseconds_or_text(api: Api, ts: object):
    event = {**click(), "ts": ts, "message_ts": ts, "delivered_ts": ts}

    result = await judged(api, event)

    assert {name: result[name] for name in ("ts", "message_ts", "delivered_ts")} == dict.fromkeys(
        ("ts", "message_ts", "delivered_ts"), ts
    )


@pytest.mark.parametrize("ts", [-1, 2**63, 1e300, "soon", "nan", "-1", True, [], "2024-07-20T11:25:36Z"])
async def test_what_is_no_time_is_refused(api: Api, ts: object):
    assert [error.partition(":")[0] for error in await refused(api, click(ts=ts))] == ["events[0].ts"]


@pytest.mark.parametrize("name", ["uas", "url"])
async def test_long_text_is_taken_up_to_8_kib(api: Api, name: str):
    assert (await judged(api, click(**{name: "x" * 8192})))[name] == "x" * 8192
    for length in (8193, 65_536):
        assert await refused(api, click(**{name: "x" * length})) == [
            f"events[0].{name}: is longer than 8192 characters"
        ]


@pytest.mark.parametrize("name", ["event_id", "recipient_id", "message_id", "link_id"])
async def test_identifiers_are_text_or_numbers_up_to_1_kib(api: Api, name: str):
    for value in ("x" * 1024, 17690841631, "ид\u0000\n<script>{{7*7}}'; DROP TABLE x; --", 0):
        assert (await judged(api, click(**{name: value})))[name] == value
    assert await refused(api, click(**{name: "x" * 1025})) == [f"events[0].{name}: is longer than 1024 characters"]


async def test_user_agent_may_be_empty_and_must_be_there(api: Api):
    assert (await judged(api, click(uas="")))["uas"] == ""
    assert await refused(api, click(uas=None)) == ["events[0].uas: is required (it may be an empty string)"]


@pytest.mark.parametrize(
    "uas",
    [
        "AppleWebKit/" + "1" * 8000,
        "; " * 4000,
        "/" * 8000,
        " " * 8000,
        "(" * 8000,
        "Mozilla/5.0 (" + "a;" * 4000,
        "\x00\x01\x7f\u202e\U0001f600",
        "Chrome/99999999999999999999.0.0.0 Safari/537.36",
    ],
)
async def test_hostile_user_agents_are_judged(api: Api, uas: str):
    assert (await judged(api, click(uas=uas)))["uas"] == uas


@pytest.mark.parametrize("domain", ["gmail.com", "GMAIL.com.", "bücher.example", "xn--bcher-kva.example", ""])
async def test_recipient_domains_are_taken_in_every_spelling(api: Api, domain: str):
    assert (await judged(api, click(domain=domain)))["domain"] == domain


@pytest.mark.parametrize("domain", ["no domain", "a@gmail.com", "-.example", "1.2.3.4", "a" * 300 + ".example", 5])
async def test_what_is_no_recipient_domain_is_refused(api: Api, domain: object):
    assert [error.partition(":")[0] for error in await refused(api, click(domain=domain))] == ["events[0].domain"]


async def test_own_attributes_may_hold_4_kib(api: Api):
    fits = click(note="x" * 4090)

    assert (await judged(api, fits))["note"] == fits["note"]
    assert await refused(api, click(note="x" * 4091)) == [
        "events[0].your own attributes: hold 4097 bytes, and 4096 are allowed in one event"
    ]


@pytest.mark.parametrize("levels", [60, 64, 100, 900, 960, 990, 1000, 1100, 2000])
async def test_deep_nesting_is_judged_or_refused_but_never_fatal(api: Api, levels: int):
    nested = '{"ip":"1.2.3.4","uas":"","event_id":"1","a":' + "[" * levels + "]" * levels + "}"
    bodies = [f'{{"webhook_url":"{UNHEARD_URL}","events":[{nested}]}}', nested]

    for body in bodies:
        answer = await api.post(BOT, body=body.encode(), headers={"Content-Type": "application/json"})

        if levels < 64:
            assert answer.status in {200, 202}
            await api.result(DOMAIN, answer.headers["Location"].rpartition("/")[2])
        else:
            assert answer.json()["message"].endswith("body: is nested too deeply")


async def test_known_fields_and_own_attributes_come_back_together(api: Api):
    event = click(headers={"sec-fetch-mode": "navigate"}, link_id=7, colour="blue", is_human=True)

    assert await judged(api, event) == {**event, "is_bot": False}
