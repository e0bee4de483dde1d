from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.clients import Clients, block_of, host_of
from indicia.detection.engine import Engine
from indicia.detection.history import History
from indicia.detection.model import Action, Honeypot, Interaction, Scope
from indicia.detection.observations import Missing
from indicia.detection.options import DetectionOptions
from tests.doubles.datasets import AGENTS, CHROME, CHROME_STALE, NETWORKS, FakeDatasets

NOW = 1_795_410_000.0
SCOPE = Scope(1, 1)


def engine(clock=lambda: NOW, **options):
    return Engine(FakeDatasets(), DetectionOptions(**options), clock)


def test_only_unknown_domains_need_dns():
    interactions = [Interaction(domain="gmail.test"), Interaction(domain="firm.test"), Interaction()]

    assert engine().unresolved(interactions) == {"firm.test"}


def test_an_old_or_undated_event_is_final_at_once():
    assert engine().final_at([Interaction(ts=NOW - 11), Interaction()], NOW) == NOW
    assert engine().final_at([Interaction()], NOW) == NOW


def test_a_fresh_event_waits_for_its_settle_window():
    assert engine(settle_seconds=10).final_at([Interaction(ts=NOW - 4), Interaction(ts=NOW - 9)], NOW) == NOW + 6


def test_an_event_from_the_future_waits_no_longer_than_a_fresh_one():
    assert engine(settle_seconds=10).final_at([Interaction(ts=NOW + 9_999)], NOW) == NOW + 10


def test_judging_twice_gives_the_same_verdict():
    subject = engine()
    interactions = [Interaction("e1", "10.4.1.1", CHROME, recipient_id="r", message_id="m", ts=NOW, message_ts=NOW - 9)]
    subject.observe(SCOPE, interactions, NOW)

    assert subject.judge(SCOPE, interactions, NOW, {}) == subject.judge(SCOPE, interactions, NOW, {})


def test_slices_of_a_request_are_judged_as_the_whole():
    subject = engine()
    interactions = [
        Interaction(f"e{n}", "10.4.1.1", CHROME, recipient_id="r", message_id="m", ts=NOW + n / 10, link_id=f"l{n}")
        for n in range(6)
    ]
    subject.observe(SCOPE, interactions, NOW)

    whole = subject.judge(SCOPE, interactions, NOW, {})
    parts = subject.judge(SCOPE, interactions[:3], NOW, {}) + subject.judge(SCOPE, interactions[3:], NOW, {})

    assert whole == parts


def test_an_event_posted_twice_is_one_event():
    subject = engine()
    click = Interaction("e1", "10.11.1.1", CHROME, recipient_id="r", message_id="m", ts=NOW, message_ts=NOW - 9_999)
    for _ in range(8):
        subject.observe(SCOPE, [click], NOW)

    assert not subject.judge(SCOPE, [click], NOW, {})[0].is_bot


def test_recipients_of_another_domain_are_strangers():
    subject = engine()
    clicks = [
        Interaction(f"e{n}", "10.11.1.1", CHROME, recipient_id="r", message_id="m", ts=NOW + n / 10, link_id=f"l{n}")
        for n in range(6)
    ]
    for n, click in enumerate(clicks):
        subject.observe(Scope(1, n), [click], NOW)

    assert not any(subject.judge(Scope(1, n), [click], NOW, {})[0].is_bot for n, click in enumerate(clicks))


def test_a_hidden_link_is_forgotten_after_half_an_hour():
    now = NOW
    subject = engine(clock=lambda: now)
    subject.visit(Honeypot(1, "m", "10.4.1.1", CHROME, NOW))
    click = Interaction("e", "10.4.1.1", CHROME, message_id="m", ts=NOW + 5)
    subject.observe(SCOPE, [click], NOW)

    before = subject.judge(SCOPE, [click], NOW, {})[0]
    now = NOW + 1_801
    after = subject.judge(SCOPE, [click], NOW, {})[0]

    assert before.is_bot
    assert not after.is_bot


@pytest.mark.parametrize(
    ("ip", "block"),
    [
        ("192.0.2.77", "192.0.2"),
        ("2001:db8:7:1::5", "2001:db8:7"),
        ("2001:db8::5", "2001:db8:0"),
        ("2001::5", "2001:0:0"),
        ("::1", ":0:0"),
    ],
)
def test_a_block_is_what_one_customer_is_given(ip, block):
    assert block_of(ip) == block


def test_a_browser_is_outdated_from_when_newer_ones_are_usual():
    clients = Clients(FakeDatasets())
    chrome = clients.identify(1, Interaction(uas=CHROME))
    day_after_60 = (date(2026, 11, 3).toordinal() - date(1970, 1, 1).toordinal() + 61) * 86_400.0

    assert clients.outdated_days(1, chrome, NOW) == 0
    assert clients.outdated_days(1, chrome, day_after_60) == 1
    assert clients.outdated_days(1, clients.identify(1, Interaction()), NOW) is Missing.UNAVAILABLE


def test_what_people_commonly_have_is_current_however_old_it_is():
    clients = Clients(FakeDatasets())
    for n in range(20):
        clients.identify(1, Interaction(ip=f"10.11.1.{n}", uas=CHROME_STALE))
    stale = clients.identify(1, Interaction(ip="10.4.1.1", uas=CHROME_STALE))

    assert clients.outdated_days(1, stale, NOW) == 0
    assert clients.outdated_days(2, stale, NOW) > 500


def test_what_machines_commonly_have_makes_nothing_current():
    clients = Clients(FakeDatasets())
    for n in range(20):
        clients.identify(1, Interaction(ip=f"10.4.1.{n}", uas=CHROME_STALE))
    stale = clients.identify(1, Interaction(ip="10.4.2.1", uas=CHROME_STALE))

    assert clients.outdated_days(1, stale, NOW) > 500


def test_a_client_is_looked_up_anew_after_some_minutes():
    datasets = FakeDatasets()
    clients = Clients(datasets)
    interaction = Interaction(ip="10.4.1.1", uas=CHROME)
    clients.refresh(NOW)
    before = clients.identify(1, interaction)
    datasets.look_up = lambda _: NETWORKS["10.11"]

    clients.refresh(NOW + 500)
    cached = clients.identify(1, interaction)
    clients.refresh(NOW + 700)
    anew = clients.identify(1, interaction)

    assert cached is before
    assert anew.network == NETWORKS["10.11"]


def test_accounts_keep_their_histories_apart():
    clients = Clients(FakeDatasets())
    interaction = Interaction(ip="10.4.1.1", uas=CHROME)

    one, other = clients.identify(1, interaction), clients.identify(2, interaction)

    assert not {one.exact, one.address, one.near, one.fleet} & {other.exact, other.address, other.near, other.fleet}


@pytest.mark.parametrize(("ip", "host"), [("192.0.2.77", "192.0.2.77"), ("2001:db8:7:1::5", "2001:db8:7:1")])
def test_a_host_is_what_picks_its_own_addresses(ip, host):
    assert host_of(ip) == host


times = st.none() | st.floats(0, 4e9)
texts = st.none() | st.text(max_size=8)
addresses = st.none() | st.sampled_from([f"{prefix}.1.2" for prefix in NETWORKS]) | st.ip_addresses().map(str)
interactions = st.builds(
    Interaction,
    event_id=st.text(max_size=3),
    ip=addresses,
    uas=st.none() | st.sampled_from(sorted(AGENTS)) | st.text(max_size=30),
    action=st.sampled_from(Action),
    domain=texts,
    recipient_id=texts,
    message_id=texts,
    ts=times,
    message_ts=times,
    delivered_ts=times,
    url=texts,
    link_id=texts,
    method=st.none() | st.sampled_from(["GET", "HEAD"]),
    headers=st.none() | st.dictionaries(st.text(max_size=12), st.text(max_size=12)),
)


@given(st.lists(interactions, max_size=20))
def test_any_batch_gets_verdicts_that_explain_themselves(batch):
    subject = engine()
    subject.visit(Honeypot(1, "", "10.4.1.2", "", NOW))
    subject.observe(SCOPE, batch, NOW)

    verdicts = subject.judge(SCOPE, batch, NOW, {})

    assert len(verdicts) == len(batch)
    assert all(one.because for verdict in verdicts for one in verdict.evidence)
    assert subject.final_at(batch, NOW) >= NOW


@given(st.lists(interactions, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_a_batch_does_not_matter(batch, random):
    for number, interaction in enumerate(batch):
        interaction.event_id = str(number)
    shuffled = list(batch)
    random.shuffle(shuffled)

    verdicts = {}
    for order in (batch, shuffled):
        subject = engine()
        subject.observe(SCOPE, order, NOW)
        judged = subject.judge(SCOPE, order, NOW, {})
        verdicts[order is batch] = {one.event_id: verdict.is_bot for one, verdict in zip(order, judged, strict=True)}

    assert verdicts[True] == verdicts[False]


def test_memory_stays_bounded():
    history = History(1_000)
    clients = Clients(FakeDatasets())
    for n in range(3_000):
        interaction = Interaction(f"e{n}", f"10.4.{n % 250}.{n // 250}", f"agent {n}", recipient_id=f"r{n}", ts=NOW)
        history.record(SCOPE, [(interaction, clients.identify(SCOPE.account_id, interaction))], NOW)

    assert len(history.messages) <= 1_000
    assert len(history.first_seen) <= 1_000
    assert len(history.company) <= 250
    assert all(len(kept) <= 125 for kept in (history.origins, history.hosts, history.agents))


@pytest.mark.parametrize(
    "options", [{"settle_seconds": -1}, {"threshold": 1.0}, {"threshold": 0.4}, {"remembered_messages": 10}]
)
def test_senseless_options_are_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        DetectionOptions(**options)
