"""From the outbox to real receivers on loopback: durable, retried, signed, and apart from each other."""

import asyncio
import base64
import json
from collections import Counter
from pathlib import Path

import pytest

from indicia.entrypoints.workers.webhooks import LEASE_SECONDS
from indicia.storage.database import Steps
from indicia.webhooks import store
from indicia.webhooks.model import DeadLetterFilter
from indicia.webhooks.retry import SCHEDULE_SECONDS
from tests.doubles.clock import FakeClock
from tests.doubles.dns_zone import DnsZone
from tests.doubles.standard_webhooks import body_verifies, headers_verify
from tests.doubles.webhook_receiver import WebhookReceiver, delayed, hang, status
from tests.doubles.webhook_worker import PAYLOAD, WebhookWorker, until


def without_signature(body: bytes) -> dict[str, object]:
    return {name: value for name, value in json.loads(body).items() if name != "signature"}


async def test_delivery_verifies_over_the_wire_in_both_forms(worker: WebhookWorker, receiver: WebhookReceiver) -> None:
    (key,) = await worker.keys.live(worker.account_id)

    await worker.owe(receiver.url(), "r1")
    (request, *_) = await receiver.wait_for(1)

    assert headers_verify(key, request.headers, request.body, now=worker.clock())
    assert body_verifies(key, request.body)
    assert request.headers["webhook-id"] == "r1"
    assert request.headers["content-type"] == "application/json"
    assert without_signature(request.body) == json.loads(PAYLOAD)
    await worker.until_rows("jobs", "id")


async def test_both_keys_vouch_during_an_overlap_and_the_old_one_not_after_it(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    (old,) = await worker.keys.live(worker.account_id)
    new = await worker.database.run(worker.keys.rotate(worker.account_id))

    await worker.owe(receiver.url(), "during")
    (during, *_) = await receiver.wait_for(1)
    await worker.until_rows("jobs", "id")
    await worker.pass_time(24 * 3600)
    await worker.owe(receiver.url(), "after")
    (_, after) = await receiver.wait_for(2)

    verified = [
        headers_verify(key, request.headers, request.body, now=int(request.headers["webhook-timestamp"]))
        for request in (during, after)
        for key in (old, new)
    ]
    assert verified == [True, True, False, True]


async def test_retry_has_the_same_id_and_content_and_a_fresh_token(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    receiver.script.append(status(500))

    await worker.owe(receiver.url(), "r1")
    await worker.until_rows("jobs", "attempts, lease", (1, None))
    await worker.pass_time(6)
    (first, second) = await receiver.wait_for(2)

    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "r1"
    assert without_signature(first.body) == without_signature(second.body)
    signatures = [first.json()["signature"], second.json()["signature"]]
    assert signatures[0]["token"] != signatures[1]["token"]
    assert signatures[1]["timestamp"] - signatures[0]["timestamp"] == 6
    await worker.until_rows("jobs", "id")


async def test_schedule_is_kept_to_the_end_and_the_dead_letter_can_be_replayed(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    receiver.default = status(500, b"out of order")

    await worker.owe(receiver.url(), "r1")
    for number, wait in enumerate(SCHEDULE_SECONDS, start=1):
        await worker.until_rows("jobs", "attempts, due_at, lease", (number, worker.clock() + wait, None))
        await worker.until_idle()
        await worker.pass_time(wait)
    await worker.until_buried((12, "12 attempts failed, the last with status 500"))
    await worker.until_idle()
    receiver.default = status(200)
    await worker.pass_time(600)
    replayed = await worker.dead_letters.replay(DeadLetterFilter(url=receiver.url()))
    worker.outbox.announce()
    requests = await receiver.wait_for(13)

    assert len(replayed) == 1
    assert {request.headers["webhook-id"] for request in requests} == {"r1"}
    await worker.until_rows("deliveries", "id")
    assert await worker.rows("jobs", "id") == []


async def test_406_ends_as_a_dead_letter_after_one_attempt(worker: WebhookWorker, receiver: WebhookReceiver) -> None:
    receiver.default = status(406)

    await worker.owe(receiver.url(), "r1")

    reason = "the receiver answered 406 and asked for no more attempts"
    await worker.until_buried((1, reason))


async def test_410_switches_the_url_off_until_it_is_enabled(worker: WebhookWorker, receiver: WebhookReceiver) -> None:
    receiver.script.append(status(410))
    reason = "the receiver has switched this URL off (410)"

    await worker.owe(receiver.url(), "r1")
    await worker.until_buried((1, reason))
    await worker.pass_time(1)
    await worker.owe(receiver.url(), "r2")
    await worker.until_buried((0, "the URL is disabled"), (1, reason))
    await worker.owe(receiver.url("/other"), "r3")
    await receiver.wait_for(2)
    await worker.endpoints.enable(receiver.url())
    await worker.owe(receiver.url(), "r4")
    requests = await receiver.wait_for(3)

    assert [request.headers["webhook-id"] for request in requests] == ["r1", "r3", "r4"]


async def test_name_that_leads_inside_by_now_ends_as_a_dead_letter(
    tmp_path: Path, zone: DnsZone, receiver: WebhookReceiver
) -> None:
    zone.answer("hook.t.test", "A", ["127.0.0.1"])

    async with WebhookWorker(tmp_path, zone.address, allow="") as worker:
        await worker.owe(f"http://hook.t.test:{receiver.port}/", "r1")

        reason = "the URL leads to an address that may not be called"
        await worker.until_buried((1, reason))
    assert receiver.connections == 0


async def test_hanging_receiver_delays_nobody_else(worker: WebhookWorker) -> None:
    loop = asyncio.get_running_loop()
    async with WebhookReceiver() as dead, WebhookReceiver() as alive:
        dead.default = hang
        await worker.owe(dead.url(), *(f"dead{number}" for number in range(200)))
        await dead.wait_for(8)
        began = loop.time()

        for path in range(10):
            await worker.owe(alive.url(f"/{path}"), *(f"{path}-{number}" for number in range(20)))
        requests = await alive.wait_for(200)

        took = max(request.at for request in requests) - began
        assert took < 3
        assert len(dead.requests) == 8
        assert len({request.headers["webhook-id"] for request in requests}) == 200


async def test_waiting_for_a_turn_or_an_open_breaker_uses_up_no_attempt(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    receiver.default = status(500)

    await worker.owe(receiver.url(), *(f"r{number}" for number in range(40)))

    async def breaker_is_open() -> bool:
        return len(receiver.requests) >= 10 and await worker.rows("jobs", "lease") == [(None,)] * 40

    await until(breaker_is_open)
    attempted = len(receiver.requests)
    attempts = Counter(row[0] for row in await worker.rows("jobs", "attempts"))

    # Eight at first; what was claimed before the breaker opened is attempted, the rest waits with no attempt counted.
    assert attempts == {1: attempted, 0: 40 - attempted}
    assert 10 <= attempted <= 12


async def test_slow_receiver_gets_all_of_a_burst_once(worker: WebhookWorker, receiver: WebhookReceiver) -> None:
    receiver.default = delayed(0.02, status(200))

    await worker.owe(receiver.url(), *(f"r{number}" for number in range(100)))
    await worker.until_rows("jobs", "id")

    assert Counter(request.headers["webhook-id"] for request in receiver.requests) == {
        f"r{number}": 1 for number in range(100)
    }


async def test_service_that_died_in_an_attempt_delivers_after_its_restart(
    tmp_path: Path, zone: DnsZone, receiver: WebhookReceiver
) -> None:
    clock = FakeClock()
    receiver.script.append(hang)
    async with WebhookWorker(tmp_path, zone.address, clock) as worker:
        await worker.owe(receiver.url(), "r1")
        await receiver.wait_for(1)

    clock.advance(LEASE_SECONDS)
    async with WebhookWorker(tmp_path, zone.address, clock) as worker:
        requests = await receiver.wait_for(2)
        await worker.until_rows("jobs", "id")

    assert [request.headers["webhook-id"] for request in requests] == ["r1", "r1"]


async def test_delivery_is_owed_only_if_its_transaction_commits(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    class WithdrawnError(Exception):
        pass

    def steps() -> Steps[None]:
        yield from worker.outbox.enqueue(worker.account_id, receiver.url(), "r1", PAYLOAD)
        raise WithdrawnError

    with pytest.raises(WithdrawnError):
        await worker.database.run(steps())

    assert await worker.rows("jobs", "id") == []


async def test_key_of_an_account_decodes_as_standard_webhooks_wants_it(worker: WebhookWorker) -> None:
    (key,) = await worker.keys.live(worker.account_id)

    assert len(base64.b64decode(key.removeprefix("whsec_"))) == 32


async def test_job_whose_delivery_is_gone_does_not_come_back(worker: WebhookWorker, receiver: WebhookReceiver) -> None:
    def steps() -> Steps[None]:
        delivery_id = yield from worker.outbox.enqueue(worker.account_id, receiver.url(), "r1", PAYLOAD)
        yield from store.delete_delivery(delivery_id)

    await worker.database.run(steps())
    worker.outbox.announce()

    await worker.until_rows("jobs", "id")
    assert receiver.requests == []
