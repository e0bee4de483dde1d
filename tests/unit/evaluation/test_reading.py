"""Labelled tables are read as the archive reads tables, with the truth beside each row."""

import pytest

from indicia.archive.model import ColumnError
from indicia.archive.profiles import OWN_NAMES
from indicia.detection.model import Action
from indicia.evaluation.model import ZoneFileError
from indicia.evaluation.reading import LabelledTables, read_labelled, read_zone
from tests.doubles.history import write_csv, write_jsonl

UNDATED_AT = 1_790_000_000.0
CLICK = {"event_id": "e1", "ip": "73.162.1.1", "uas": "Mozilla/5.0", "label": "human"}


def read(*files, **options):
    tables = LabelledTables(files=files, columns=OWN_NAMES, undated_at=UNDATED_AT, **options)
    return read_labelled(tables, {}, lambda *_: None)


def test_truth_and_family_stand_beside_the_interaction(tmp_path):
    events = [
        {**CLICK, "family": "home", "ts": 5},
        {**CLICK, "event_id": "e2", "label": "bot", "action": "open", "ts": 7},
    ]

    rows = read(write_csv(tmp_path / "events.csv", events)).rows

    assert [(row.is_bot, row.family, row.action, row.received_at) for row in rows] == [
        (False, "home", Action.CLICK, 5.0),
        (True, "", Action.OPEN, 7.0),
    ]


def test_rows_of_all_files_come_in_order_of_time_and_undated_ones_last(tmp_path):
    late = write_jsonl(tmp_path / "late.jsonl", [{**CLICK, "ts": 9}, {**CLICK, "event_id": "e2"}])
    early = write_jsonl(tmp_path / "early.jsonl", [{**CLICK, "event_id": "e3", "ts": 2}])

    rows = read(late, early).rows

    assert [(row.interaction.event_id, row.received_at) for row in rows] == [("e3", 2), ("e1", 9), ("e2", UNDATED_AT)]


def test_visits_come_in_order_of_time(tmp_path):
    events = write_jsonl(tmp_path / "events.jsonl", [CLICK])
    visit = {"message_id": "m", "ip": "73.162.1.1", "uas": "Mozilla/5.0"}
    visits = write_csv(tmp_path / "visits.csv", [{**visit, "ts": 8}, {**visit, "ts": 3}])

    assert [found.ts for found in read(events, honeypots=[visits]).visits] == [3, 8]


def test_a_row_without_a_label_is_refused(tmp_path):
    unlabelled = {name: value for name, value in CLICK.items() if name != "label"}
    events = write_jsonl(tmp_path / "events.jsonl", [CLICK, {**unlabelled, "event_id": "e2"}])

    with pytest.raises(ColumnError, match="1 of 2 rows have none, the first is 'e2'"):
        read(events)


@pytest.mark.parametrize("content", ["", "[]", '{"firm.test": "mx"}', '{"firm.test": [1]}', "\xff"])
def test_a_zone_is_domains_with_lists_of_hosts(tmp_path, content):
    path = tmp_path / "mx.json"
    path.write_text(content, "latin-1")

    with pytest.raises(ZoneFileError, match=r"mx\.json: it must be a JSON object of domains"):
        read_zone(path)


def test_a_zone_is_read(tmp_path):
    path = tmp_path / "mx.json"
    path.write_text('{"firm.test": ["mx1.firm.test", "mx2.firm.test"]}')

    assert read_zone(path) == {"firm.test": ["mx1.firm.test", "mx2.firm.test"]}
