"""Detection is measured by the command line: figures for labelled data, one sentence for any other."""

import json
from pathlib import Path

import pytest

from tests.doubles.command_line import indicia, refusal
from tests.doubles.history import Event, history, write_csv, write_jsonl, write_parquet

LABELLED = [
    {
        **event,
        "label": "bot" if event["domain"] == "gateway.example" else "human",
        "family": "gateway_sweep" if event["domain"] == "gateway.example" else "home",
    }
    for event in history(80)
]
CLICK: Event = {"event_id": "e1", "ip": "73.162.1.1", "uas": "Mozilla/5.0", "ts": 1_780_000_000, "is_bot": 0}
OTHER: Event = {**CLICK, "event_id": "e2", "is_bot": 1}


@pytest.mark.parametrize(
    ("write", "name"),
    [(write_csv, "labelled.csv"), (write_jsonl, "labelled.jsonl"), (write_parquet, "labelled.parquet")],
)
def test_every_format_is_measured_alike(tmp_path: Path, write, name: str):
    write(tmp_path / name, LABELLED)

    finished = indicia(tmp_path, "evaluate", name, "--json", "--html", "report.html")

    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout)
    assert report["people"] + report["bots"] == len(LABELLED)
    assert report["engine"]["scores"]["people"]["flagged"] == 0
    assert report["engine"]["scores"]["bot_clicks"]["share"] == 1.0
    assert {one["family"] for one in report["engine"]["families"]} == {"gateway_sweep", "home"}
    assert name in (tmp_path / "report.html").read_text("utf-8")


def test_the_terminal_sets_the_engine_beside_published_rules(tmp_path: Path):
    write_csv(tmp_path / "labelled.csv", LABELLED)

    finished = indicia(tmp_path, "evaluate", "labelled.csv")

    assert finished.returncode == 0, finished.stderr
    assert all(name in finished.stdout for name in ("Indicia", "Marketo proximity", "hosting network", "home"))


def test_columns_of_other_names_are_measured(tmp_path: Path):
    rows = [{"truth": event["label"], **{k: v for k, v in event.items() if k != "label"}} for event in LABELLED]
    write_csv(tmp_path / "labelled.csv", rows)

    finished = indicia(tmp_path, "evaluate", "labelled.csv", "--map", "label=truth", "--json")

    assert finished.returncode == 0, finished.stderr


def test_hidden_links_and_mail_hosts_are_evidence(tmp_path: Path):
    write_csv(tmp_path / "labelled.csv", LABELLED)
    sweep = next(event for event in LABELLED if event["label"] == "bot")
    write_csv(tmp_path / "visits.csv", [{name: sweep[name] for name in ("message_id", "ip", "uas", "ts")}])
    (tmp_path / "mx.json").write_text(json.dumps({"gateway.example": ["mx1.hc1-1.iphmx.com"]}))

    finished = indicia(tmp_path, "evaluate", "labelled.csv", "--honeypots", "visits.csv", "--mx", "mx.json", "--json")

    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout)
    assert report["visits"] == 1
    assert {"honeypot.own_message", "provider.gateway"} <= {use["signal"] for use in report["signals"]}


@pytest.mark.parametrize(
    ("events", "complaint"),
    [
        ([{**CLICK, "is_bot": None}, {**OTHER, "is_bot": None}], "label: no row has one"),
        ([CLICK, {**OTHER, "is_bot": None}], "label: 1 of 2 rows have none, the first is 'e2'"),
        ([CLICK, {**OTHER, "is_bot": "maybe"}], "label: 1 of 2 are neither bot nor human"),
        ([CLICK, {**OTHER, "is_bot": 0}], "the data holds no bots"),
        ([CLICK, {**CLICK, "is_bot": 1}], "event_id: 'e1' stands in more than one row"),
        ([CLICK, {**OTHER, "ts": 1_780_000_000_000}], "ts: mixes"),
        ([{"event_id": "e1", "adress": "73.162.1.1", "is_bot": 1}], "ip: no row has an address"),
    ],
)
def test_bad_rows_are_one_sentence(tmp_path: Path, events: list[Event], complaint: str):
    write_jsonl(tmp_path / "events.jsonl", events)

    assert complaint in refusal(indicia(tmp_path, "evaluate", "events.jsonl"))


def test_rows_that_share_an_id_are_measured_when_asked_to(tmp_path: Path):
    write_jsonl(tmp_path / "events.jsonl", [CLICK, {**CLICK, "is_bot": 1}])

    finished = indicia(tmp_path, "evaluate", "events.jsonl", "--allow-duplicates", "--json")

    assert json.loads(finished.stdout)["people"] == 1


def test_a_truncated_file_is_one_sentence(tmp_path: Path):
    whole = write_parquet(tmp_path / "events.parquet", LABELLED).read_bytes()
    (tmp_path / "events.parquet").write_bytes(whole[: len(whole) // 2])

    assert "events.parquet cannot be read" in refusal(indicia(tmp_path, "evaluate", "events.parquet"))


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--map", "label=truth"), "label: no row has anything at 'truth'"),
        (("--honeypots", "visits.csv"), "visits.csv cannot be read: there is no such file"),
        (("--mx", "mx.json"), "mx.json: No such file or directory"),
        (("--mx", "events.jsonl"), "events.jsonl: it must be a JSON object of domains"),
    ],
)
def test_bad_options_are_one_sentence(tmp_path: Path, options: tuple[str, ...], complaint: str):
    write_jsonl(tmp_path / "events.jsonl", [CLICK, OTHER])

    assert complaint in refusal(indicia(tmp_path, "evaluate", "events.jsonl", *options))


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_judged(tmp_path: Path):
    write_jsonl(tmp_path / "events.jsonl", [CLICK, OTHER])

    finished = indicia(tmp_path, "evaluate", "events.jsonl", "--html", "reports/new.html")

    assert (finished.returncode, finished.stdout) == (2, "")
    assert "there is no directory reports" in finished.stderr
