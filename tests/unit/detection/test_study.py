"""What is learned from the stored history, and what becomes of verdicts that were given before."""

import json
import random
from itertools import count

import pytest

from indicia.detection.labels import Labels
from indicia.detection.store import forget
from tests.doubles.clock import FakeClock
from tests.doubles.datasets import CHROME
from tests.unit.detection.learning.installation import installed
from tests.unit.detection.learning.weeks import DAY, START, lockstep, readers

NOW = START + 15 * DAY
_numbers = count(1)


@pytest.fixture
def clock():
    return FakeClock(NOW)


def clicks(trails):
    """Post what left these trails; blocks of 192.0.0.0/8 stand for unrelated networks."""
    return [
        {
            "event_id": f"e{next(_numbers)}",
            "ip": f"192.{one.block % 250}.{one.block // 250 % 250}.7",
            "uas": CHROME,
            "recipient_id": f"r{recipient}",
            "message_id": f"m{one.at // DAY}",
            "ts": one.at,
            "message_ts": one.at - 9_000,
        }
        for recipient, visits in trails.items()
        for one in visits
    ]


def weeks(seed=3, members=8):
    chance = random.Random(seed)
    return clicks(readers(400, chance=chance)), clicks(lockstep(members, 5, chance=chance))


def bots(result):
    return [event for event in result["events"] if event["is_bot"]]


async def test_a_group_that_shows_over_weeks_is_revised_and_nobody_else(tmp_path, clock):
    people, machines = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, people)
        (request_id,) = await ours.post(domain, machines, explain=True)
        before = await ours.result(domain, request_id)

        revised = await ours.learn()

        after = await ours.result(domain, request_id)
    assert (bots(before), "revised_at" in before["batch"]) == ([], False)
    assert revised == len(machines) == len(bots(after)) == after["batch"]["bots"]
    assert after["batch"]["revised_at"] == int(clock.now)
    assert after["events"][0]["verdict"]["category"] == "botnet"


async def test_later_clicks_of_the_group_are_known_at_once(tmp_path, clock):
    people, machines = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, people + machines)
        await ours.learn()

        (request_id,) = await ours.post(
            domain, [{**machines[0], "event_id": "later", "ts": NOW - 9, "ip": "192.9.9.9"}]
        )

        assert len(bots(await ours.result(domain, request_id))) == 1


async def test_a_revision_is_sent_to_whom_asked_for_revisions(tmp_path, clock):
    people, machines = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, people)
        (request_id,) = await ours.post(domain, machines, revisions=True)
        await ours.learn()

        *_, (first_id, _), (webhook_id, body) = await ours.webhooks()

    assert first_id == request_id
    assert webhook_id.startswith(request_id)
    assert webhook_id != request_id
    assert body["type"] == "batch.revised"
    assert body["batch"]["id"] == request_id
    assert {event["event_id"] for event in body["events"]} == {event["event_id"] for event in machines}


async def test_a_revision_is_polled_and_not_sent_otherwise(tmp_path, clock):
    people, machines = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, people + machines)
        owed = len(await ours.webhooks())

        assert await ours.learn() == len(machines)

        assert len(await ours.webhooks()) == owed


async def test_what_was_revised_once_is_left_alone(tmp_path, clock):
    people, machines = weeks()
    async with installed(tmp_path, clock) as ours:
        await ours.post(await ours.domain("a1.test"), people + machines)
        await ours.learn()

        assert await ours.learn() == 0


async def test_what_was_learned_outlives_the_process_and_the_requests(tmp_path, clock):
    people, machines = weeks()
    async with installed(tmp_path, clock) as ours:
        await ours.post(await ours.domain("a1.test"), people + machines)
        await ours.learn()
        clock.advance(2 * DAY)
        await ours.database.run(forget(requests_before=clock.now, visits_before=clock.now))
    later = {**machines[0], "event_id": "later", "ts": clock.now - 9, "ip": "192.9.9.9"}

    async with installed(tmp_path, clock) as restarted:
        domain = await restarted.domain("a1.test")
        (request_id,) = await restarted.post(domain, [later])

        assert len(bots(await restarted.result(domain, request_id))) == 1


async def test_a_group_of_one_domain_says_nothing_about_another_domain(tmp_path, clock):
    people, machines = weeks()
    async with installed(tmp_path, clock) as ours:
        await ours.post(await ours.domain("a1.test"), people + machines)
        await ours.learn()
        other = await ours.domain("b2.test", account="theirs")

        (request_id,) = await ours.post(other, [{**machines[0], "ts": NOW - 9}])

        assert bots(await ours.result(other, request_id)) == []


async def test_recipients_and_addresses_are_stored_as_digests(tmp_path, clock):
    people, _ = weeks()
    async with installed(tmp_path, clock) as ours:
        await ours.post(await ours.domain("a1.test"), people)
        await ours.learn()

        rows = await ours.database.fetch("SELECT recipient, visits FROM learned_trails")

    assert len(rows) == 400
    assert all(isinstance(recipient, int) and b"192." not in visits for recipient, visits in rows)


def label(event, word):
    return {"event_id": event["event_id"], "label": word}


async def report(ours, domain, *labels):
    await Labels(ours.database, ours.clock).accept(domain, json.dumps({"labels": labels}).encode())


async def states(ours, domain):
    reported = await Labels(ours.database, ours.clock).latest(domain, None, 100)
    return {one.label.event_id: str(one.state) for one in reported}


async def test_labels_are_learned_once_and_events_that_are_gone_are_reported_back(tmp_path, clock):
    people, _ = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, people[:3])
        await report(ours, domain, label(people[0], "human"), {"event_id": "gone", "label": "bot"})
        await ours.learn()
        learned = ours.learner.reputations.snapshot()

        await report(ours, domain, label(people[0], "human"))
        await ours.learn()

        assert await states(ours, domain) == {people[0]["event_id"]: "learned", "gone": "unknown"}
        assert ours.learner.reputations.snapshot() == learned


async def test_a_label_that_is_taken_back_is_learned_anew(tmp_path, clock):
    people, _ = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, people[:3])
        await report(ours, domain, label(people[0], "human"))
        await ours.learn()

        await report(ours, domain, label(people[0], "bot"))

        assert await states(ours, domain) == {people[0]["event_id"]: "pending"}


async def test_recipients_who_are_known_to_buy_are_believed_in_later(tmp_path, clock):
    people, _ = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, people[:6])
        await report(ours, domain, *(label(event, "human") for event in people[:6]))
        await ours.learn()

        (request_id,) = await ours.post(domain, [{**people[0], "event_id": "later", "ts": NOW - 9}], explain=True)
        (event,) = (await ours.result(domain, request_id))["events"]

    weights = {one["signal"]: one["weight"] for one in event["verdict"]["evidence"]}
    assert weights["reputation.recipient"] < 0
    assert weights["reputation.network"] < 0


def reported_with(event, word):
    return {"event_id": event["event_id"], "label": word, "event": event}


async def test_a_label_of_three_weeks_ago_is_learned_from_the_event_that_comes_with_it(tmp_path, clock):
    people, _ = weeks()
    reader = people[0]
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        clock.advance(21 * DAY)
        await report(ours, domain, reported_with(reader, "human"))
        await ours.learn()

        (request_id,) = await ours.post(domain, [{**reader, "event_id": "later", "ts": clock.now - 9}], explain=True)
        (event,) = (await ours.result(domain, request_id))["events"]

        assert await states(ours, domain) == {reader["event_id"]: "learned"}
    weights = {one["signal"]: one["weight"] for one in event["verdict"]["evidence"]}
    assert weights["reputation.recipient"] < 0


async def test_what_a_label_is_worth_fades_from_the_time_of_its_event_on(tmp_path, clock):
    people, _ = weeks()
    old, new = ({**people[0], "event_id": name, "ts": NOW - age} for name, age in (("old", 7 * DAY), ("new", 0)))
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await report(ours, domain, reported_with(new, "human"), reported_with(old, "human"))
        await ours.learn()

        clients = [tally for tally in ours.learner.reputations.snapshot().values() if tally.kind == "client"]

    # A client's half-life is a week, and a label is worth three events.
    assert [round(tally.as_of(NOW).people, 2) for tally in clients] == [4.5]


async def test_what_came_with_a_label_is_not_kept_once_it_is_learned(tmp_path, clock):
    people, _ = weeks()
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await report(ours, domain, reported_with(people[0], "human"))
        before = await ours.database.fetch("SELECT facts FROM labels")

        await ours.learn()

        after = await ours.database.fetch("SELECT facts FROM labels")
    assert b"192." in before[0][0]
    assert after == [(None,)]


async def test_labels_of_one_account_say_nothing_to_another(tmp_path, clock):
    people, _ = weeks()
    async with installed(tmp_path, clock) as ours:
        domain, other = await ours.domain("a1.test"), await ours.domain("b2.test", account="theirs")
        await ours.post(domain, people[:6])
        await report(ours, domain, *(label(event, "bot") for event in people[:6]))
        await ours.learn()

        (request_id,) = await ours.post(other, [{**people[0], "event_id": "later", "ts": NOW - 9}], explain=True)
        (event,) = (await ours.result(other, request_id))["events"]

    assert not any(one["signal"].startswith("reputation.") for one in event["verdict"]["evidence"])


async def test_what_was_learned_of_hidden_links_outlives_the_process(tmp_path, clock):
    scans = [
        {"event_id": f"s{n}", "ip": "10.4.1.1", "uas": CHROME, "message_id": f"m{n}", "recipient_id": f"r{n}"}
        for n in range(40)
    ]
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        for scan in scans:
            await ours.visits.record("a1.test", scan["message_id"], ip=scan["ip"], uas=CHROME)
        await ours.post(domain, scans)
        await ours.learn()
        learned = ours.learner.reputations.snapshot()

    clock.advance(DAY)
    async with installed(tmp_path, clock) as restarted:
        (request_id,) = await restarted.post(domain, [{**scans[0], "event_id": "later"}], explain=True)
        (event,) = (await restarted.result(domain, request_id))["events"]

    assert learned
    weights = {one["signal"]: one["weight"] for one in event["verdict"]["evidence"]}
    assert weights["reputation.network"] > 0.5


def wanderings(visits, recipient="wanderer"):
    """A click on another day and from another network each time."""
    return [
        {
            "event_id": f"{recipient}{n}",
            "ip": f"192.{7 * n + 1}.{n}.7",
            "uas": CHROME,
            "recipient_id": recipient,
            "message_id": f"m{n}",
            "ts": NOW - (visits - n) * DAY - 1_000 * n * n,
            "message_ts": NOW - (visits - n) * DAY - 50_000,
        }
        for n in range(visits)
    ]


async def signals_of(ours, domain, event):
    (request_id,) = await ours.post(domain, [event], explain=True)
    (result,) = (await ours.result(domain, request_id))["events"]
    return {one["signal"] for one in result["verdict"]["evidence"]}


async def test_recipients_that_never_repeat_a_network_are_known_from_visits_of_weeks(tmp_path, clock):
    """Posted by and by, while requests are forgotten after a day and the process ends once."""
    visits = wanderings(9)
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, visits[:5])
        await ours.learn()
        assert "never_repeats" not in await signals_of(ours, domain, {**visits[0], "event_id": "early"})
        clock.advance(2 * DAY)
        await ours.database.run(forget(requests_before=clock.now, visits_before=clock.now))

    async with installed(tmp_path, clock) as restarted:
        await restarted.post(domain, visits[5:])
        await restarted.learn()

        later = {**visits[0], "event_id": "later", "ts": clock.now - 9, "ip": "192.250.1.7"}
        assert "never_repeats" in await signals_of(restarted, domain, later)


async def test_a_reader_who_comes_home_is_no_wanderer(tmp_path, clock):
    visits = wanderings(9)
    for visit in visits[::3]:
        visit["ip"] = "192.1.0.7"
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, visits)
        await ours.learn()

        assert "never_repeats" not in await signals_of(ours, domain, {**visits[0], "event_id": "later"})


def company_scans(number):
    """Sweeps of the mail of one company's people, of a mailing a day, from clouds that change."""
    return [
        {
            "event_id": f"scan{n}-{link}",
            "ip": f"10.4.{n}.1",
            "uas": CHROME,
            "domain": "scanned.test",
            "recipient_id": f"colleague{n}",
            "message_id": f"m{n}",
            "link_id": f"link{link}",
            "ts": NOW - (number - n) * DAY / 4 + 40 + link / 10,
            "message_ts": NOW - (number - n) * DAY / 4,
        }
        for n in range(number)
        for link in range(4)
    ]


async def test_a_company_all_of_whose_mail_is_swept_is_known_from_sweeps_of_days(tmp_path, clock):
    """What scans it next may follow a single link, from a cloud that was never seen; its people stay people."""
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, company_scans(20))
        await ours.learn()
        clock.advance(2 * DAY)
        await ours.database.run(forget(requests_before=clock.now, visits_before=clock.now))

    async with installed(tmp_path, clock) as restarted:
        single = {**company_scans(1)[0], "ip": "10.5.9.9", "recipient_id": "new", "message_id": "new"}
        single |= {"event_id": "single", "ts": clock.now - 9, "message_ts": clock.now - 60}
        elsewhere = {**single, "event_id": "elsewhere", "domain": "other.test", "recipient_id": "stranger"}
        at_home = {**single, "event_id": "home", "ip": "10.11.9.9", "recipient_id": "reader", "ts": clock.now - 8}

        assert "reputation.mail_domain" in await signals_of(restarted, domain, single)
        assert "reputation.mail_domain" not in await signals_of(restarted, domain, elsewhere)
        assert "reputation.mail_domain" not in await signals_of(restarted, domain, at_home)


def codes(number, *, ip="10.11.7.9", late=30.0):
    """Codes that went out one by one, each clicked at once by somebody at home."""
    return [
        {
            "event_id": f"c{n}-{ip}",
            "ip": ip,
            "uas": CHROME,
            "recipient_id": f"c{n}",
            "message_id": f"code{n}",
            "ts": NOW - DAY + n * 1_200 + late,
            "message_ts": NOW - DAY + n * 1_200,
        }
        for n in range(number)
    ]


async def test_that_a_domains_codes_are_clicked_at_once_outlives_the_process_and_the_requests(tmp_path, clock):
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        await ours.post(domain, codes(40))
        await ours.learn()
        clock.advance(2 * DAY)
        await ours.database.run(forget(requests_before=clock.now, visits_before=clock.now))

    async with installed(tmp_path, clock) as restarted:
        on_vpn = {**codes(1)[0], "event_id": "vpn", "ip": "10.5.3.9", "recipient_id": "v", "message_id": "v"}
        on_vpn |= {"ts": clock.now - 9, "message_ts": clock.now - 39}
        (request_id,) = await restarted.post(domain, [on_vpn], explain=True)
        (event,) = (await restarted.result(domain, request_id))["events"]

    assert "early_is_usual" in {one["signal"] for one in event["verdict"]["evidence"]}


async def test_what_follows_a_domains_mail_outlives_the_process(tmp_path, clock):
    async with installed(tmp_path, clock) as ours:
        domain = await ours.domain("a1.test")
        for scan in codes(60):
            await ours.visits.record("a1.test", scan["message_id"], ip="10.4.1.1", uas=CHROME)
        await ours.post(domain, codes(60, ip="10.4.1.1"))
        await ours.learn()
        learned = ours.learner.mixes.standings(clock.now)

    async with installed(tmp_path, clock) as restarted:
        assert restarted.learner.mixes.standings(clock.now) == learned

    assert learned[domain.id].nats > 0.2
