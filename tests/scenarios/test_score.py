"""Stored history is judged by the command line: verdicts and a page for good input, one sentence for bad."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.doubles.command_line import indicia, refusal
from tests.doubles.history import Event, history, write_csv, write_jsonl, write_parquet

EVENTS = history(60)
AGENT = "Mozilla/5.0"
CLICK: Event = {"event_id": "e1", "ip": "73.162.1.1", "uas": AGENT, "ts": 1_780_000_000}


def test_verdicts_and_a_page_are_written(tmp_path: Path):
    write_parquet(tmp_path / "events.parquet", EVENTS)

    finished = indicia(tmp_path, "score", "events.parquet", "-o", "verdicts.jsonl")

    assert finished.returncode == 0, finished.stderr
    verdicts = [json.loads(line) for line in (tmp_path / "verdicts.jsonl").read_text().splitlines()]
    assert [verdict["event_id"] for verdict in verdicts] == [event["event_id"] for event in EVENTS]
    assert "security_scanner" in finished.stdout
    assert "By campaign" in (tmp_path / "verdicts.html").read_text()


def test_every_process_writes_the_same_bytes(tmp_path: Path):
    write_csv(tmp_path / "events.csv", EVENTS)
    digests = set()

    for seed in ("1", "2"):
        finished = indicia(
            tmp_path, "score", "events.csv", "-o", "verdicts.parquet", "--explain", "--force", PYTHONHASHSEED=seed
        )
        assert finished.returncode == 0, finished.stderr
        digests.add(hashlib.sha256((tmp_path / "verdicts.parquet").read_bytes()).digest())

    assert len(digests) == 1


def test_columns_named_once_are_kept_in_a_profile(tmp_path: Path):
    rows = [{"id": event["event_id"], "address": event["ip"], "agent": event["uas"]} for event in EVENTS]
    write_csv(tmp_path / "clicks.csv", rows)
    named = ("--map", "event_id=id", "--map", "ip=address", "--map", "uas=agent", "--action", "click")

    first = indicia(tmp_path, "score", "clicks.csv", "-o", "first.csv", *named, "--save-profile", "mine.toml")
    second = indicia(tmp_path, "score", "clicks.csv", "-o", "second.csv", "--profile", "mine.toml")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert (tmp_path / "first.csv").read_bytes() == (tmp_path / "second.csv").read_bytes()


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        ([CLICK, CLICK], "event_id: 'e1' stands in more than one row"),
        ([CLICK, {**CLICK, "event_id": "e2", "ts": 1_780_000_000_000}], "ts: mixes"),
        ([{**CLICK, "ts": "soon"}], "ts: 1 values are no times"),
        ([], "the files hold no rows"),
        ([{"event_id": "e1", "adress": "73.162.1.1"}], "ip: no row has an address"),
    ],
)
def test_bad_rows_are_one_sentence(tmp_path: Path, events: list[Event], complaint: str):
    write_jsonl(tmp_path / "events.jsonl", events)

    assert complaint in refusal(indicia(tmp_path, "score", "events.jsonl", "-o", "verdicts.csv"))


def test_a_truncated_file_is_one_sentence(tmp_path: Path):
    whole = write_parquet(tmp_path / "events.parquet", EVENTS).read_bytes()
    (tmp_path / "events.parquet").write_bytes(whole[: len(whole) // 2])

    sentence = refusal(indicia(tmp_path, "score", "events.parquet", "-o", "verdicts.csv"))

    assert "events.parquet cannot be read" in sentence


@pytest.mark.parametrize(
    ("output", "complaint"),
    [
        ("events.jsonl", "events.jsonl is one of the files to read"),
        ("notes.csv", "notes.html, the summary, exists"),
        ("missing/verdicts.csv", "missing is no directory"),
        ("/proc/verdicts.csv", "cannot work in /proc/verdicts.csv.unfinished: "),
    ],
)
def test_nothing_of_a_persons_is_written_over(tmp_path: Path, output: str, complaint: str):
    events = write_jsonl(tmp_path / "events.jsonl", [CLICK])
    (tmp_path / "notes.html").write_text("mine")
    before = events.read_bytes()
    force = ("--force",) if output == "events.jsonl" else ()

    sentence = refusal(indicia(tmp_path, "score", "events.jsonl", "-o", output, *force))

    assert complaint in sentence
    assert events.read_bytes() == before
    assert (tmp_path / "notes.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--profile", "mailgum"), "there is no profile mailgum"),
        (("--map", "ip=adress"), "ip: no row has anything at 'adress'"),
        (("--map", "address=ip"), "unknown field address"),
        (("--honeypots", "visits.csv"), "visits.csv cannot be read: there is no such file"),
    ],
)
def test_bad_options_are_one_sentence(tmp_path: Path, options: tuple[str, ...], complaint: str):
    write_jsonl(tmp_path / "events.jsonl", [CLICK])

    assert complaint in refusal(indicia(tmp_path, "score", "events.jsonl", "-o", "verdicts.csv", *options))
