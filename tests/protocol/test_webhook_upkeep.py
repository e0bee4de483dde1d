"""What operators see and do: dead letters, disabled URLs, limits of hosts, and metrics."""

from pathlib import Path

from indicia.aggregates.rate_limits import RateLimits
from indicia.storage.database import Steps
from indicia.webhooks.endpoints import FAILED_ATTEMPTS, FAILING_SECONDS
from indicia.webhooks.lanes import HOST_LIMIT
from indicia.webhooks.model import DeadLetterFilter, Topic, WebhookType
from indicia.webhooks.retry import SCHEDULE_SECONDS
from indicia.webhooks.store import replace_subscription
from tests.doubles.clock import FakeClock
from tests.doubles.dns_zone import DnsZone
from tests.doubles.webhook_receiver import WebhookReceiver, hang, status
from tests.doubles.webhook_worker import PAYLOAD, WebhookWorker, until


async def test_dead_letter_of_a_disabled_url_stays_until_the_url_is_enabled(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    receiver.script.append(status(410))
    await worker.owe(receiver.url(), "r1")
    await worker.until_buried((1, "the receiver has switched this URL off (410)"))
    await worker.pass_time(1)

    while_disabled = await worker.dead_letters.replay(DeadLetterFilter())
    enabled = [await worker.endpoints.enable(receiver.url()) for _ in range(2)]
    afterwards = await worker.dead_letters.replay(DeadLetterFilter())
    worker.outbox.announce()
    await receiver.wait_for(2)

    assert (len(while_disabled), enabled, len(afterwards)) == (0, [True, False], 1)


async def test_dead_letters_are_found_and_replayed_by_id_account_url_and_age(worker: WebhookWorker) -> None:
    other = await worker.add_account("globex")
    began = worker.clock()
    for account_id, path in ((worker.account_id, "a"), (worker.account_id, "b"), (other, "a")):
        # No guard lets this through.
        url = f"http://10.0.0.1/{path}"
        await worker.database.run(worker.outbox.enqueue(account_id, url, f"{account_id}{path}", PAYLOAD))
        worker.outbox.announce()
        await worker.until_rows("jobs", "id")
        await worker.pass_time(10)

    async def found(wanted: DeadLetterFilter) -> list[tuple[str, str]]:
        return [(letter.account, letter.url[-1]) for letter in await worker.dead_letters.find(wanted, 100)]

    everything = await worker.dead_letters.find(DeadLetterFilter(), 100)
    assert await found(DeadLetterFilter()) == [("globex", "a"), ("acme", "b"), ("acme", "a")]
    assert await found(DeadLetterFilter(account_id=worker.account_id)) == [("acme", "b"), ("acme", "a")]
    assert await found(DeadLetterFilter(url="http://10.0.0.1/a")) == [("globex", "a"), ("acme", "a")]
    assert await found(DeadLetterFilter(buried_from=began + 10, buried_before=began + 20)) == [("acme", "b")]
    assert await found(DeadLetterFilter(id=everything[2].id)) == [("acme", "a")]
    assert await worker.dead_letters.replay(DeadLetterFilter(id=everything[2].id)) == [everything[2].id]


async def test_url_is_disabled_after_five_days_of_nothing_but_failures(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    receiver.default = status(500)
    waits = [*SCHEDULE_SECONDS, 86_400]

    for number in range(FAILED_ATTEMPTS):
        if number in {0, 12}:
            await worker.owe(receiver.url(), f"r{number}")
        await receiver.wait_for(number + 1)
        await worker.until_rows("endpoint_troubles", "failures, disabled_at", (number + 1, None), key="url")
        assert not await worker.endpoints.disabled()
        await worker.until_idle()
        await worker.pass_time(waits[number % 12] + 600)
    await worker.pass_time(FAILING_SECONDS)
    await receiver.wait_for(FAILED_ATTEMPTS + 1)

    async def is_disabled() -> bool:
        return bool(await worker.endpoints.disabled())

    await until(is_disabled)
    await worker.until_idle()
    (disabled,) = await worker.endpoints.disabled()
    assert (disabled.account, disabled.url) == ("acme", receiver.url())
    assert disabled.reason == "20 attempts or more failed in 5 days, and none succeeded"
    await worker.pass_time(86_400)
    await worker.until_buried((9, "the URL is disabled"), (12, "12 attempts failed, the last with status 500"))


async def test_one_success_forgets_all_failures(worker: WebhookWorker, receiver: WebhookReceiver) -> None:
    receiver.script.extend([status(500), status(200)])

    await worker.owe(receiver.url(), "r1")
    await worker.until_rows("endpoint_troubles", "failures", (1,), key="url")
    await worker.pass_time(6)

    await worker.until_rows("endpoint_troubles", "failures", key="url")


async def test_waiting_for_a_hosts_limit_uses_up_no_attempt(
    tmp_path: Path, zone: DnsZone, receiver: WebhookReceiver
) -> None:
    clock = FakeClock()
    hosts = RateLimits(clock)
    for _ in range(HOST_LIMIT.quota - 3):
        hosts.take(HOST_LIMIT, "127.0.0.1")

    async with WebhookWorker(tmp_path, zone.address, clock, hosts=hosts) as worker:
        await worker.owe(receiver.url(), *(f"r{number}" for number in range(5)))
        await worker.until_rows("jobs", "attempts", (0,), (0,))
        delivered = len(receiver.requests)
        await worker.pass_time(1)
        await worker.until_rows("jobs", "id")

    assert delivered == 3


async def test_metrics_tell_how_attempts_end_and_what_waits(worker: WebhookWorker, receiver: WebhookReceiver) -> None:
    receiver.script.extend([status(200), status(500), status(406), status(410)])

    for number in range(4):
        await worker.owe(receiver.url(), f"r{number}")
        await receiver.wait_for(number + 1)
    await worker.owe("http://10.0.0.1/", "refused")
    results = ["delivered", "retried", "stopped", "disabled", "refused", "exhausted"]

    async def all_are_counted() -> bool:
        counted = [await worker.measured("indicia_webhook_attempts_total", result=result) for result in results]
        return counted == [1, 1, 1, 1, 1, 0]

    await until(all_are_counted)
    await worker.until_rows("jobs", "attempts, lease", (1, None))
    await worker.pass_time(4)

    assert await worker.measured("indicia_webhook_dead_letters") == 3
    assert await worker.measured("indicia_webhook_disabled_urls") == 1
    assert await worker.measured("indicia_webhook_oldest_due_seconds") == 0


async def test_delivery_that_waits_behind_a_hanging_receiver_is_measured_and_one_behind_a_breaker_is_not(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    async with WebhookReceiver() as broken:
        receiver.default, broken.default = hang, status(500)
        await worker.owe(broken.url(), *(f"b{number}" for number in range(30)))

        async def breaker_is_open() -> bool:
            return await worker.measured("indicia_webhook_open_breakers") == 1

        await until(breaker_is_open)
        await worker.pass_time(20)
        behind_breaker = await worker.measured("indicia_webhook_oldest_due_seconds")
        await worker.owe(receiver.url(), *(f"r{number}" for number in range(9)))
        await receiver.wait_for(8)
        await worker.pass_time(7)

        assert behind_breaker == 0
        assert await worker.measured("indicia_webhook_oldest_due_seconds") == 7
        assert await worker.measured("indicia_webhook_in_flight") == 8


async def test_what_a_deleted_subscription_owes_becomes_a_dead_letter_without_a_call(
    worker: WebhookWorker, receiver: WebhookReceiver
) -> None:
    domain = await worker.add_domain("a1.test")
    gone, kept = Topic(domain, WebhookType.OPENED), Topic(domain, WebhookType.CLICKED)

    def steps() -> Steps[None]:
        yield from replace_subscription(domain, kept.type, [receiver.url()])
        for topic in (gone, kept):
            yield from worker.outbox.enqueue(worker.account_id, receiver.url(), topic.type, PAYLOAD, topic=topic)

    await worker.database.run(steps())
    worker.outbox.announce()

    await worker.until_rows("jobs", "id")
    assert [request.headers["webhook-id"] for request in receiver.requests] == ["clicked"]
    (letter,) = await worker.dead_letters.find(DeadLetterFilter(), 10)
    assert (letter.webhook_id, letter.attempts) == ("opened", 0)
    assert letter.reason == "the URL is not subscribed to this any more"
    assert await worker.measured("indicia_webhook_attempts_total", result="unsubscribed") == 1
