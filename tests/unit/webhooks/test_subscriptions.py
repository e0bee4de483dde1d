"""Whom an event concerns, and that it is owed in the transaction that stores it."""

import pytest

from indicia.base.ids import time_ordered_uuid
from indicia.events.log import EventLog
from indicia.events.model import Event, EventType, Severity
from indicia.net.egress import EgressGuard
from indicia.queue.jobs import Jobs
from indicia.webhooks.model import InvalidSubscriptionError, WebhookType
from indicia.webhooks.outbox import Outbox
from indicia.webhooks.store import delivery_of_id
from indicia.webhooks.subscriptions import Subscriptions
from tests.doubles.clock import FakeClock

A, B, C, D = (f"https://{name}.example.com/hook" for name in "abcd")


@pytest.fixture
def subscriptions(database):
    return Subscriptions(database, Outbox(Jobs(database, FakeClock())), EgressGuard())


@pytest.fixture
async def domains(registry):
    return [(await registry.add(name)).domain for name in ("a1.test", "a2.test")]


@pytest.fixture
def happen(database, subscriptions, domains):
    log = EventLog()
    log.subscribe(subscriptions.follow, lambda: None)

    async def happen(kind=EventType.DELIVERED, domain=0, **more):
        event = Event(
            uid=time_ordered_uuid(1e9),
            account_id=domains[domain].account_id,
            domain_id=domains[domain].id,
            type=kind,
            happened_at=1e9,
            recipient="ann@dest.test",
            message_id="m1@a1.test",
            data=b'{"event":"x"}',
            **more,
        )
        await database.run(log.append([event]))
        return event

    return happen


@pytest.fixture
def owed(database):
    async def owed():
        return await database.fetch("SELECT url, webhook_id, body FROM deliveries ORDER BY id")

    return owed


async def test_an_event_is_owed_to_the_subscribers_of_its_domain_and_type(subscriptions, domains, happen, owed):
    await subscriptions.replace(domains[0].id, WebhookType.DELIVERED, [A, B])
    await subscriptions.replace(domains[0].id, WebhookType.OPENED, [C])
    await subscriptions.replace(domains[1].id, WebhookType.DELIVERED, [D])

    event = await happen()

    body = b'{"event-data":{"event":"x"}}'
    assert await owed() == [(A, event.uid, body), (B, event.uid, body)]


@pytest.mark.parametrize(
    ("severity", "urls"), [(Severity.PERMANENT, [A, C]), (Severity.TEMPORARY, [B, C])], ids=["permanent", "temporary"]
)
async def test_fails_have_subscribers_apart_and_together(subscriptions, domains, happen, owed, severity, urls):
    await subscriptions.replace(domains[0].id, WebhookType.PERMANENT_FAIL, [A])
    await subscriptions.replace(domains[0].id, WebhookType.TEMPORARY_FAIL, [B])
    await subscriptions.replace(domains[0].id, WebhookType.FAILED, [C])

    await happen(EventType.FAILED, severity=severity)

    assert [url for url, _, _ in await owed()] == urls


async def test_a_url_that_is_subscribed_twice_gets_an_event_once(subscriptions, domains, happen, owed):
    await subscriptions.replace(domains[0].id, WebhookType.PERMANENT_FAIL, [A])
    await subscriptions.replace(domains[0].id, WebhookType.FAILED, [A])

    await happen(EventType.FAILED, severity=Severity.PERMANENT)

    assert [url for url, _, _ in await owed()] == [A]


async def test_a_message_s_own_url_gets_its_events_instead(subscriptions, domains, happen, owed):
    await subscriptions.replace(domains[0].id, WebhookType.DELIVERED, [A])

    await happen(callback_url=D)

    assert [url for url, _, _ in await owed()] == [D]


async def test_what_is_owed_by_a_deleted_subscription_is_wanted_no_more(database, subscriptions, domains, happen):
    await subscriptions.replace(domains[0].id, WebhookType.DELIVERED, [A, B])
    await happen()
    await happen(callback_url=A)

    await subscriptions.replace(domains[0].id, WebhookType.DELIVERED, [B])

    deliveries = [await delivery_of_id(database, number) for number in (1, 2, 3)]
    assert [(each.endpoint.url, each.is_wanted) for each in deliveries] == [(A, False), (B, True), (A, True)]


async def test_a_fail_is_wanted_while_either_subscription_to_it_is_there(database, subscriptions, domains, happen):
    await subscriptions.replace(domains[0].id, WebhookType.FAILED, [A])
    await happen(EventType.FAILED, severity=Severity.TEMPORARY)

    (before, deleted, after) = (
        await delivery_of_id(database, 1),
        await subscriptions.delete(domains[0].id, WebhookType.FAILED),
        await delivery_of_id(database, 1),
    )

    assert (before.is_wanted, deleted, after.is_wanted) == (True, True, False)


async def test_subscriptions_are_listed_in_their_order(subscriptions, domains):
    await subscriptions.replace(domains[0].id, WebhookType.OPENED, [C, A, B])

    assert await subscriptions.all_of(domains[0].id) == {WebhookType.OPENED: [C, A, B]}
    assert await subscriptions.all_of(domains[1].id) == {}
    assert await subscriptions.delete(domains[1].id, WebhookType.OPENED) is False


def test_urls_are_taken_once_each(subscriptions):
    assert subscriptions.checked([B, A, B]) == [B, A]


@pytest.mark.parametrize(
    "urls", [[], [A, B, C, D], ["http://127.0.0.1/"], ["ftp://a.example.com/"], [A, "https://a.example.com:22/"]]
)
def test_what_can_never_be_called_is_refused(subscriptions, urls):
    with pytest.raises(InvalidSubscriptionError):
        subscriptions.checked(urls)
