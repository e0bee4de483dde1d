import gzip
import json

import pytest
import zstandard

from indicia.archive.model import ColumnError, UnreadableFileError
from indicia.archive.profiles import OWN_NAMES, with_columns
from tests.doubles.history import history, write_csv, write_jsonl, write_parquet

EVENTS = history(40)
CLICK = {"event_id": "e1", "ip": "73.162.1.1", "uas": "x", "ts": 1_780_000_000}


@pytest.fixture
def expected(load, tmp_path):
    return load(write_jsonl(tmp_path / "expected.jsonl", EVENTS))


def test_every_format_reads_alike(load, tmp_path, expected):
    array = tmp_path / "events.json"
    array.write_text(json.dumps(EVENTS))
    tab = write_csv(tmp_path / "events.tsv", EVENTS, delimiter="\t")
    semicolon = write_csv(tmp_path / "semicolon.csv", EVENTS, delimiter=";")

    read = [
        load(file)
        for file in (
            write_csv(tmp_path / "events.csv", EVENTS),
            write_parquet(tmp_path / "events.parquet", EVENTS),
            array,
            tab,
            semicolon,
        )
    ]

    assert [len(rows) for rows in read] == [len(EVENTS)] * 5
    assert all(rows == expected for rows in read)


def test_packed_files_read_alike(load, tmp_path, expected):
    plain = write_csv(tmp_path / "events.csv", EVENTS).read_bytes()
    (tmp_path / "events.csv.gz").write_bytes(gzip.compress(plain))
    (tmp_path / "events.csv.zst").write_bytes(zstandard.compress(plain))

    assert load(tmp_path / "events.csv.gz") == expected
    assert load(tmp_path / "events.csv.zst") == expected


def test_files_of_several_formats_are_one_table(load, tmp_path, expected):
    half = len(EVENTS) // 2
    first = write_parquet(tmp_path / "second-half.parquet", EVENTS[half:])
    second = write_csv(tmp_path / "first-half.csv", EVENTS[:half])

    assert load(first, second) == expected


def test_a_path_leads_into_nested_data_of_every_format(load, tmp_path):
    nested = [{"event_id": "e1", "client": {"ip": "73.162.1.1", "agents": ["first", "second"]}}]
    text = [{"event_id": "e1", "client": json.dumps(nested[0]["client"])}]
    columns = with_columns(OWN_NAMES, {"ip": "client.ip", "uas": "client.agents.1"})
    files = (
        write_jsonl(tmp_path / "nested.jsonl", nested),
        write_parquet(tmp_path / "nested.parquet", nested),
        write_csv(tmp_path / "nested.csv", text),
    )

    found = [(row.interaction.ip, row.interaction.uas) for file in files for row in load(file, columns=columns)]

    assert found == [("73.162.1.1", "second")] * 3


def test_a_column_with_a_dot_in_its_name_is_itself(load, tmp_path):
    file = write_csv(tmp_path / "dots.csv", [{"event_id": "e1", "client.ip": "73.162.1.1"}])

    [row] = load(file, columns=with_columns(OWN_NAMES, {"ip": "client.ip"}))

    assert row.interaction.ip == "73.162.1.1"


def test_headers_are_read_as_an_object(load, tmp_path):
    event = {**CLICK, "headers": {"Accept": "*/*"}, "method": "head"}

    [row] = load(write_parquet(tmp_path / "events.parquet", [event]))

    assert row.interaction.headers == {"Accept": "*/*"}
    assert row.interaction.method == "HEAD"


def test_an_empty_agent_is_given_and_an_absent_one_is_not(load, tmp_path):
    events = [{**CLICK, "uas": ""}, {**CLICK, "event_id": "e2", "uas": None}]

    rows = load(write_jsonl(tmp_path / "events.jsonl", events))

    assert [row.interaction.uas for row in rows] == ["", None]


def test_quoted_line_breaks_stay_inside_their_cell(load, tmp_path):
    [row] = load(write_csv(tmp_path / "events.csv", [{**CLICK, "campaign": 'spring, "sale"\nand more'}]))

    assert row.campaign == 'spring, "sale"\nand more'


def test_a_missing_column_is_named_with_the_likely_one(load, tmp_path):
    file = write_csv(tmp_path / "events.csv", [{"event_id": "e1", "client_ip": "73.162.1.1"}])

    with pytest.raises(ColumnError, match=r"ip: .*no column 'cleint_ip'; did you mean 'client_ip'\?"):
        load(file, columns=with_columns(OWN_NAMES, {"ip": "cleint_ip"}))


def test_a_path_that_leads_nowhere_in_json_is_named(load, tmp_path):
    file = write_jsonl(tmp_path / "events.jsonl", [CLICK])

    with pytest.raises(ColumnError, match=r"url: no row has anything at 'link\.target'"):
        load(file, columns=with_columns(OWN_NAMES, {"url": "link.target"}))


def _truncated(path, content):
    path.write_bytes(content[: len(content) // 2])
    return path


def test_a_truncated_parquet_file_is_refused(load, tmp_path):
    whole = write_parquet(tmp_path / "whole.parquet", EVENTS).read_bytes()

    with pytest.raises(
        UnreadableFileError, match=r"half\.parquet cannot be read: it is no Parquet file, or its end is missing"
    ):
        load(_truncated(tmp_path / "half.parquet", whole))


def test_a_truncated_json_file_is_refused(load, tmp_path):
    whole = write_jsonl(tmp_path / "whole.jsonl", EVENTS).read_bytes()

    with pytest.raises(UnreadableFileError, match=r"half\.jsonl cannot be read: Malformed JSON"):
        load(_truncated(tmp_path / "half.jsonl", whole))


def test_a_csv_row_of_another_length_is_refused(load, tmp_path):
    file = write_csv(tmp_path / "events.csv", [CLICK])
    file.write_text(file.read_text() + "e2,73.162.1.1\n")

    with pytest.raises(UnreadableFileError, match=r"Line: 3.*Expected Number of Columns: 4 Found: 2"):
        load(file)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("events.csv", b"", "it is empty"),
        ("events.csv", b"ip,ip\n1,2\n", "names the column 'ip' more than once"),
        ("events.csv", b"event_id,ip\n1,\xff\xfe\n", "not utf-8"),
        ("events.xlsx", b"PK", "its name must end in"),
        ("events.parquet", b"", "its end is missing"),
    ],
)
def test_a_file_that_is_no_table_is_refused(load, tmp_path, name, content, reason):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableFileError, match=reason):
        load(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(load, tmp_path):
    with pytest.raises(UnreadableFileError, match="there is no such file"):
        load(tmp_path / "events.csv")
