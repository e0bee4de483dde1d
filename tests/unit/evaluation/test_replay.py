"""A replay knows what a service would have known when it judged, neither less nor more."""

import pytest

from indicia.detection.model import Action, Honeypot, Interaction
from indicia.detection.options import DetectionOptions
from indicia.evaluation.model import Labelled, LabelledSet
from indicia.evaluation.replay import Posting, Replay
from tests.doubles.datasets import CHROME, FakeDatasets

AT = 1_795_410_000.0
CLOUD, HOME = "10.4.1.1", "10.11.1.1"
ONE_BY_ONE = Posting(most_events=1)


def click(number, at, *, ip=CLOUD, message="m1", **fields):
    interaction = Interaction(
        f"e{number}", ip, CHROME, recipient_id="r", message_id=message, ts=at, link_id=f"l{number}", **fields
    )
    return Labelled(interaction, at, is_bot=True, action=Action.CLICK)


def replay(rows, *, visits=(), zone=None, posting=None):
    labelled = LabelledSet(rows, visits, zone or {})
    return list(Replay(labelled, FakeDatasets(), DetectionOptions(settle_seconds=10), posting).outcomes())


def signals(outcome):
    return [signal for signal, _ in outcome.weights]


def test_every_row_is_judged_once():
    rows = [click(number, AT + 7 * number) for number in range(50)]

    assert [row for row, _ in replay(rows, posting=Posting(most_events=8))] == rows


def test_the_first_click_of_a_burst_knows_what_follows_within_the_settle_window():
    rows = [click(number, AT + number / 10) for number in range(3)]

    first = replay(rows, posting=ONE_BY_ONE)[0][1]

    assert "link_sweep" in signals(first)


def test_what_is_received_after_the_settle_window_is_not_known():
    rows = [click(0, AT), *(click(number, AT + 10.5 + number / 10) for number in range(1, 4))]

    outcomes = replay(rows, posting=ONE_BY_ONE)

    assert "slow_link_sweep" not in signals(outcomes[0][1])
    assert "link_sweep" in signals(outcomes[1][1])


@pytest.mark.parametrize(("visited_at", "is_known"), [(AT + 9, True), (AT + 11, False)])
def test_a_visit_to_a_hidden_link_is_known_from_when_it_happened(visited_at, is_known):
    visit = Honeypot(0, "m1", CLOUD, CHROME, visited_at)

    [(_, outcome)] = replay([click(0, AT)], visits=[visit])

    assert ("honeypot.own_message" in signals(outcome)) is is_known


def test_batches_end_when_full_and_when_their_time_is_over():
    rows = [click(number, AT + 6 * number, message=f"m{number}") for number in range(8)]

    waits = [outcome.waited for _, outcome in replay(rows, posting=Posting(most_events=4, seconds=12))]

    # Twelve seconds hold three; each is final ten seconds after the last of its batch.
    assert waits == pytest.approx([22, 16, 10, 22, 16, 10, 16, 10])


def test_full_batches_do_not_wait_for_their_time():
    rows = [click(number, AT + number, message=f"m{number}") for number in range(4)]

    waits = [outcome.waited for _, outcome in replay(rows, posting=Posting(most_events=2, seconds=60))]

    assert waits == pytest.approx([11, 10, 11, 10])


def test_rows_without_a_time_are_final_when_received():
    row = Labelled(Interaction("e1", HOME, CHROME), AT, is_bot=False, action=Action.CLICK)

    [(_, outcome)] = replay([row])

    assert outcome.waited == 0


def test_mail_hosts_come_from_the_zone():
    class AskedDatasets(FakeDatasets):
        def of_mx(self, hosts):
            asked.append(hosts)
            return super().of_mx(hosts)

    asked = []
    rows = [click(0, AT, domain="firm.test"), click(1, AT, domain="gmail.test"), click(2, AT, domain="lost.test")]
    labelled = LabelledSet(rows, zone={"firm.test": ["mx.firm.test"]})

    list(Replay(labelled, AskedDatasets(), DetectionOptions()).outcomes())

    assert asked == [["mx.firm.test"]]


def test_what_was_learned_of_a_recipient_speaks_from_a_later_day_on():
    day = 86_400.0
    rows = [
        click(number, AT + number * day, ip=HOME, message=f"m{number}", message_ts=AT + number * day - 1800)
        for number in range(8)
    ]

    outcomes = [outcome for _, outcome in replay(rows)]

    assert "even_delay" not in signals(outcomes[0])
    assert "even_delay" in signals(outcomes[-1])
