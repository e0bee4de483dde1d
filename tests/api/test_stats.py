"""Statistics: every copy counted once, people apart from machines, and every way to group them."""

import json

import aiohttp
import pytest

from indicia.messages.model import Options
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN
from tests.api.test_tracking import AT_MICROSOFT, IPHONE, SCANNER, Web, until
from tests.doubles.sent_mail import SentMail


@pytest.fixture
async def mail(strict):
    async with SentMail(strict.directory / "data", strict.url) as mail:
        yield mail


@pytest.fixture
async def web():
    async with aiohttp.ClientSession() as session:
        yield Web(session)


async def test_what_people_and_machines_did_is_told_apart(strict_api, mail, web):
    options = Options(tags=("sale",), variables={"campaign": "s1"})
    ann, bob = await mail.send(DOMAIN, "s1@gmail.com", "s2@example.org", message_id="s1@stats", ago=40, options=options)
    for number in range(3):
        await web.ask(bob.links.link(number + 1, f"https://x.example/{number}"), ip=AT_MICROSOFT, uas=SCANNER)
    await web.ask(ann.links.link(1, "https://x.example/0"), uas=IPHONE)
    await web.ask(ann.links.pixel(), uas=IPHONE)
    await web.ask(ann.links.pixel(), uas=IPHONE)

    async def counted():
        answer = await strict_api.get(f"/{DOMAIN}/stats?message_id=s1@stats")
        return answer if answer.json()["total"]["clicks"]["all"] == 4 else None

    report = (await until(counted)).json()
    total = report["total"]
    assert (total["accepted"], total["sent"], total["delivered"], total["bounced"]) == (2, 2, 2, 0)
    assert total["clicks"] == {"all": 4, "human": 1, "people": 1}
    assert total["opens"] == {"all": 2, "human": 2, "people": 1}
    assert [sums["clicks"]["all"] for sums in report["stats"]] == [4]

    async def grouped(question):
        answer = await strict_api.get(f"/{DOMAIN}/stats?{question}")
        return answer.json()["stats"]

    assert [(sums["tag"], sums["clicks"]["human"]) for sums in await grouped("by=tag&tag=sale")] == [("sale", 1)]
    by_variable = await grouped("by=variable&variable=campaign")
    assert [(sums["variable"], sums["accepted"]) for sums in by_variable] == [("s1", 2)]
    by_message = {sums["message"]: sums["accepted"] for sums in await grouped("by=message")}
    assert by_message["s1@stats"] == 2
    assert await grouped("by=variable&variable=none") == []
    assert await grouped("from=2020-01-01&to=2020-01-31") == []


async def test_the_command_line_shows_the_same(strict, mail):
    await mail.send(DOMAIN, "s3@example.org", message_id="s3@stats")

    printed = strict.cli("stats", DOMAIN, "--by", "message", "--message-id", "<s3@stats>")
    drawn = strict.run("stats", DOMAIN)

    assert [sums["message"] for sums in printed["stats"]] == ["s3@stats"]
    assert printed["total"]["delivered"] == 1
    assert "total" in drawn.stdout


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ("by=moon", "by: must be one of day, message, provider, tag, variable"),
        ("by=variable", "variable: name the variable to group by"),
        ("from=yesterday", "from: must be a date such as"),
        ("from=2026-02-01&to=2026-01-01", "from: must not be after to"),
        ("from=2020-01-01&to=2026-01-01", "from: must be less than 400 days before to"),
    ],
)
async def test_what_makes_no_sense_is_said(api, question, problem):
    answer = await api.get(f"/{DOMAIN}/stats?{question}")

    assert answer.status == 400
    assert answer.json()["message"].startswith(problem)


async def test_another_account_s_domain_is_not_found(api):
    answer = await api.get(f"/{FOREIGN_DOMAIN}/stats")

    assert answer.status == 404
    assert json.loads(answer.body)["message"] == f"Domain not found: {FOREIGN_DOMAIN}"


async def test_bot_events_are_dropped_or_apart_where_the_domain_wants_that(strict, mail, web):
    for wish, expected in (("drop", []), ("separate", ["bot_clicked"] * 3)):
        strict.cli("tracking", "set", DOMAIN, "--bot-events", wish)
        (copy,) = await mail.send(DOMAIN, f"{wish}@example.org", message_id=f"{wish}@stats", ago=40)
        for number in range(3):
            await web.ask(copy.links.link(number + 1, f"https://x.example/{number}"), ip=AT_MICROSOFT, uas=SCANNER)

        async def counted(message_id=f"{wish}@stats"):
            printed = strict.cli("stats", DOMAIN, "--message-id", message_id)
            return printed["total"]["clicks"]["all"] == 3

        await until(counted)
        events = [event for event in await mail.events(DOMAIN) if event["recipient"] == f"{wish}@example.org"]
        assert [event["event"] for event in events[2:]] == expected
    strict.cli("tracking", "set", DOMAIN, "--bot-events", "mark")


def test_keys_rotate_and_the_feedback_address_is_shown(strict):
    before = strict.cli("tracking", "show", DOMAIN)

    strict.cli("tracking", "rotate-key")
    after = strict.cli("tracking", "set", DOMAIN, "--host", "on")

    assert before["host"] is None
    assert after["host"] == f"email.{DOMAIN}"
    assert after["feedback_address"].startswith("feedback-")
    assert after["feedback_address"] != before["feedback_address"]
    strict.cli("tracking", "set", DOMAIN, "--host", "off")
