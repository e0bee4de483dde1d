import pytest

from indicia.archive.model import ColumnError, DuplicateEventError
from indicia.archive.profiles import OWN_NAMES, with_columns
from indicia.archive.store import EventStore
from indicia.detection.model import Honeypot
from tests.doubles.history import history, write_csv, write_jsonl

CLICK = {"event_id": "e1", "ip": "73.162.1.1", "uas": "x", "ts": 1_780_000_000}


def test_rows_come_in_order_of_time_and_then_as_they_were_read(load, tmp_path):
    times = [30, 10, None, 20, 10, 20.5]
    events = [{**CLICK, "event_id": f"e{number}", "ts": time} for number, time in enumerate(times)]

    rows = load(write_jsonl(tmp_path / "events.jsonl", events))

    assert [row.interaction.event_id for row in rows] == ["e1", "e4", "e3", "e5", "e0", "e2"]


def test_any_range_of_rows_can_be_read(tmp_path, progress):
    file = write_jsonl(tmp_path / "events.jsonl", history(30))

    with EventStore(tmp_path / "events.duckdb") as store:
        store.load((file,), OWN_NAMES, progress=progress)
        everything = [row for chunk in store.rows(0, len(store), at_once=1000) for row in chunk]
        chunks = list(store.rows(5, 21, at_once=7))

    assert [len(chunk) for chunk in chunks] == [7, 7, 2]
    assert [row for chunk in chunks for row in chunk] == everything[5:21]


def test_addresses_and_domains_are_brought_into_one_form(load, tmp_path):
    event = {**CLICK, "ip": "::ffff:73.162.1.1", "domain": "Reader@Müller.Example"}

    [row] = load(write_jsonl(tmp_path / "events.jsonl", [event]))

    assert (row.interaction.ip, row.interaction.domain) == ("73.162.1.1", "xn--mller-kva.example")


def test_a_strange_address_among_good_ones_counts_as_not_given(load, tmp_path):
    events = [{**CLICK, "event_id": f"e{number}"} for number in range(3)] + [{**CLICK, "ip": "unknown"}]

    rows = load(write_jsonl(tmp_path / "events.jsonl", events))

    assert [row.interaction.ip for row in rows].count(None) == 1


def test_a_column_without_addresses_is_not_taken_for_one(load, tmp_path):
    file = write_csv(tmp_path / "events.csv", [{"event_id": "e1", "country": "FR", "uas": "x"}])

    with pytest.raises(ColumnError, match="ip: 1 of the first 1 values are no IP addresses, such as 'FR'"):
        load(file, columns=with_columns(OWN_NAMES, {"ip": "country"}))


def test_mixed_units_of_time_are_refused_with_the_first_odd_one(load, tmp_path):
    events = [{**CLICK, "event_id": f"e{number}"} for number in range(5)]
    events[3]["ts"] = 1_780_000_000_000

    with pytest.raises(ColumnError, match=r"ts: mixes milliseconds \(1 rows\) and seconds \(4 rows\).* 'e3'"):
        load(write_jsonl(tmp_path / "events.jsonl", events))


def test_what_is_no_time_is_refused(load, tmp_path):
    events = [CLICK, {**CLICK, "event_id": "e2", "ts": "yesterday"}]

    with pytest.raises(ColumnError, match="ts: 1 values are no times, the first is that of 'e2'"):
        load(write_jsonl(tmp_path / "events.jsonl", events))


def test_times_of_one_unit_may_differ_from_column_to_column(load, tmp_path):
    event = {**CLICK, "ts": "2026-05-28T20:26:40Z", "message_ts": 1_779_999_000_000}

    [row] = load(write_jsonl(tmp_path / "events.jsonl", [event]))

    assert (row.interaction.ts, row.interaction.message_ts) == (1_780_000_000.0, 1_779_999_000.0)


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        ({"ip": "73.162.1.1", "uas": "x"}, "event_id: 1 of 1 rows have none"),
        ({"event_id": "e1", "ts": 1_780_000_000}, "ip: no row has an address"),
        ({**CLICK, "action": "bounced"}, "action: no row is an open or a click"),
    ],
)
def test_a_table_that_cannot_be_judged_is_refused(load, tmp_path, event, complaint):
    with pytest.raises(ColumnError, match=complaint):
        load(write_csv(tmp_path / "events.csv", [event]))


def test_the_first_duplicate_is_named(load, tmp_path):
    events = [{**CLICK, "event_id": name, "ts": at} for at, name in enumerate(["a", "c", "b", "b", "c"])]

    with pytest.raises(DuplicateEventError, match="'c' stands in more than one row, and so does another id"):
        load(write_jsonl(tmp_path / "events.jsonl", events), check=EventStore.check_unique)


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        ([None, None], "label: no row has one"),
        (["bot", None], "label: 1 of 2 rows have none, the first is 'e1'"),
        (["bot", "maybe"], "label: 1 of 2 are neither bot nor human, the first is that of 'e1'"),
    ],
)
def test_labels_that_do_not_tell_all_are_refused(load, tmp_path, labels, complaint):
    events = [{**CLICK, "event_id": f"e{number}", "label": label} for number, label in enumerate(labels)]

    with pytest.raises(ColumnError, match=complaint):
        load(write_jsonl(tmp_path / "events.jsonl", events), check=EventStore.check_labelled)


def test_labels_and_families_are_read(load, tmp_path):
    events = [{**CLICK, "event_id": "e1", "is_bot": 1, "family": "gateway"}, {**CLICK, "event_id": "e2", "is_bot": 0}]
    columns = with_columns(OWN_NAMES, {"label": "is_bot"})

    rows = load(write_csv(tmp_path / "events.csv", events), columns=columns, check=EventStore.check_labelled)

    assert [(row.is_bot, row.family) for row in rows] == [(True, "gateway"), (False, None)]


def test_visits_come_in_order_of_time_from_any_time_on(tmp_path, progress):
    events = write_jsonl(tmp_path / "events.jsonl", [CLICK])
    visit = {"message_id": "m1", "ip": "73.162.1.1", "uas": "x"}
    visits = write_csv(tmp_path / "visits.csv", [{**visit, "ts": at} for at in (300, 100, 200)])

    with EventStore(tmp_path / "events.duckdb") as store:
        store.load((events,), OWN_NAMES, honeypots=(visits,), progress=progress)
        found = list(store.visits(150))

    assert found == [Honeypot(0, "m1", "73.162.1.1", "x", at) for at in (200.0, 300.0)]


def test_visits_without_their_columns_are_refused(load, tmp_path):
    events = write_jsonl(tmp_path / "events.jsonl", [CLICK])
    visits = write_csv(tmp_path / "visits.csv", [{"message": "m1", "ip": "73.162.1.1", "uas": "x", "ts": 1}])

    with pytest.raises(ColumnError, match=r"message_id: .*has no column 'message_id'"):
        load(events, honeypots=(visits,))


def test_visits_that_say_nothing_are_refused(load, tmp_path):
    events = write_jsonl(tmp_path / "events.jsonl", [CLICK])
    visits = write_jsonl(tmp_path / "visits.jsonl", [{"message": "m1", "ip": "73.162.1.1", "uas": "x", "ts": 1}])

    with pytest.raises(ColumnError, match="no visit to a hidden link has all of"):
        load(events, honeypots=(visits,))


def test_recipient_domains_are_those_with_the_most_events(tmp_path, progress):
    domains = ["b.example", "b.example", "a.example", "a.example", "c.example", "no domain"]
    events = [{**CLICK, "event_id": f"e{number}", "domain": domain} for number, domain in enumerate(domains)]

    with EventStore(tmp_path / "events.duckdb") as store:
        store.load((write_jsonl(tmp_path / "events.jsonl", events),), OWN_NAMES, progress=progress)

        assert store.recipient_domains(2) == ["a.example", "b.example"]
