"""An operator looks after webhooks by the command line, beside the running service."""

import asyncio
from subprocess import CompletedProcess
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver, status
from tests.scenarios.customer import Customer, interaction

PATIENCE_SECONDS = 10


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory):
    with Service(tmp_path_factory.mktemp("upkeep"), SETTLE_SECONDS="0") as service:
        yield service


async def listed(service: Service, *arguments: str) -> Any:
    """Read a list, without keeping receivers from answering."""
    return await asyncio.to_thread(service.cli, "webhook", *arguments)


async def told(service: Service, *arguments: str) -> CompletedProcess[str]:
    """Run a command, without keeping receivers from answering."""
    return await asyncio.to_thread(service.run, "webhook", *arguments)


async def buried(service: Service, url: str) -> dict[str, Any]:
    """Wait for the one dead letter of `url`."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (letters := await listed(service, "dead", "--url", url)):
            pass
    (letter,) = letters
    return letter


async def metrics(service: Service) -> dict[str, float]:
    async with aiohttp.request("GET", f"{service.url}/metrics") as response:
        families = text_string_to_metric_families(await response.text())
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


async def test_dead_letter_is_listed_and_replayed_by_its_id(service: Service):
    async with WebhookReceiver() as receiver, Customer(service) as customer:
        url = receiver.url()
        receiver.script.append(status(406))
        request_id = await customer.post([interaction()], url)
        letter = await buried(service, url)

        finished = await told(service, "replay", str(letter["id"]))
        (first, second) = await receiver.wait_for(2)

    assert finished.stdout == "Owed anew: 1.\n"
    assert (letter["webhook_id"], letter["account"], letter["attempts"]) == (request_id, "default", 1)
    assert letter["reason"] == "the receiver answered 406 and asked for no more attempts"
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == request_id
    assert customer.accepts(second)
    assert await listed(service, "dead", "--url", url) == []


async def test_disabled_url_is_enabled_and_what_it_missed_is_replayed(service: Service):
    async with WebhookReceiver() as receiver, Customer(service) as customer:
        url = receiver.url()
        receiver.script.append(status(410))
        await customer.post([interaction()], url)
        await buried(service, url)
        (entry,) = await listed(service, "disabled")
        while_disabled = await told(service, "replay", "--url", url)
        measured = await metrics(service)

        enabled = await told(service, "enable", url, "--account", "default")
        replayed = await told(service, "replay", "--url", url, "--since", "1h", "--account", "default")
        await receiver.wait_for(2)

    reason = "the receiver has switched this URL off (410)"
    assert (entry["account"], entry["url"], entry["reason"]) == ("default", url, reason)
    assert while_disabled.stdout == "Owed anew: 0.\n"
    assert (measured["indicia_webhook_disabled_urls"], measured["indicia_webhook_dead_letters"]) == (1, 1)
    assert measured["indicia_webhook_attempts_total disabled"] == 1
    assert (enabled.returncode, replayed.stdout) == (0, "Owed anew: 1.\n")
    assert await listed(service, "disabled") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["replay"], "Name dead letters by their ids, or choose them by --url, or take --all."),
        (["replay", "1", "--all"], "Name dead letters by their ids, or choose them by --url, or take --all."),
        (["replay", "--all", "--since", "soon"], "'soon' is not a duration such as 30d, 12h, 90m or 45s"),
        (["replay", "987654"], "1 of these ids are no dead letters of an enabled URL."),
        (["enable", "https://never.example.com/"], "https://never.example.com/ is not disabled."),
        (["dead", "--account", "nobody"], "There is no such account: nobody"),
    ],
)
def test_mistake_is_answered_with_one_sentence(service: Service, arguments: list[str], message: str):
    finished = service.run("webhook", *arguments)

    assert finished.returncode != 0
    assert message in finished.stderr
    assert "Traceback" not in finished.stderr


def test_lists_for_people_say_when_there_is_nothing(service: Service):
    finished = service.run("webhook", "dead", "--url", "https://never.example.com/")

    assert finished.stdout == "None.\n"
