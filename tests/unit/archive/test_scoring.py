import hashlib
import json
import random

import duckdb
import pytest

from indicia.archive.model import ColumnError, OutputError, PartSize, Request
from indicia.archive.profiles import OWN_NAMES, with_columns
from indicia.archive.scoring import score
from indicia.datasets.model import MailProvider, ProviderKind
from tests.doubles.history import CHROME, START, history, write_csv, write_jsonl

EVENTS = history(160)
# Some parts, none of them of a round size, each with a look back and a look ahead.
SIZE = PartSize(rows=97, look_back=41)


@pytest.fixture
def events(tmp_path):
    return write_jsonl(tmp_path / "events.jsonl", EVENTS)


@pytest.fixture
def run(tmp_path, datasets, progress):
    def run_score(*files, output="verdicts.jsonl", columns=OWN_NAMES, size=SIZE, watch=progress, **options):
        look_up = options.pop("look_up", None)
        request = Request(files, tmp_path / output, columns, **options)
        return score(request, datasets, look_up=look_up, progress=watch, size=size)

    return run_score


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def table(path):
    with duckdb.connect() as connection:
        cursor = connection.execute(f"SELECT * FROM '{path}'")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class PowerCutError(Exception):
    """The machine went off."""


def cut_at(position):
    """Watch a run and cut the power when so many rows are judged."""

    def watch(stage, done, total):
        if stage == "judging" and done >= position:
            raise PowerCutError

    return watch


def test_every_event_gets_a_verdict_in_order_of_time(tmp_path, run, events):
    run(events)

    written = lines(tmp_path / "verdicts.jsonl")

    assert [row["event_id"] for row in written] == [event["event_id"] for event in EVENTS]
    assert written[0].keys() == {"event_id", "is_bot", "probability", "category", "evidence"}


def test_machines_and_people_are_told_apart(tmp_path, run, events):
    run(events)

    judged = {row["event_id"]: row for row in lines(tmp_path / "verdicts.jsonl")}

    for event in EVENTS:
        expected = event["domain"] == "gateway.example"
        assert judged[event["event_id"]]["is_bot"] is expected, event


def test_all_formats_hold_the_same(tmp_path, run, events):
    for output in ("verdicts.jsonl", "verdicts.parquet", "verdicts.csv"):
        run(events, output=output)
    expected = lines(tmp_path / "verdicts.jsonl")

    read = {suffix: table(tmp_path / f"verdicts.{suffix}") for suffix in ("parquet", "csv")}

    assert read["parquet"] == expected
    assert [{**row, "evidence": json.loads(row["evidence"])} for row in read["csv"]] == expected


def test_reasons_have_sentences_where_they_are_asked_for(tmp_path, run, events):
    run(events, explain=True)

    reason = lines(tmp_path / "verdicts.jsonl")[0]["evidence"][0]

    assert reason["because"].count(" ") > 2


@pytest.mark.parametrize("output", ["verdicts.jsonl", "verdicts.parquet", "verdicts.csv"])
def test_a_resumed_run_equals_an_uninterrupted_one(tmp_path, run, events, output):
    run(events, output=output)
    expected = digest(tmp_path / output)
    (tmp_path / output).unlink()

    for position in (SIZE.rows, 2 * SIZE.rows + 1, len(EVENTS)):
        with pytest.raises(PowerCutError):
            run(events, output=output, watch=cut_at(position))
    run(events, output=output)

    assert digest(tmp_path / output) == expected


def botnet():
    """Eight mailboxes that click ten mails within the same minute, each time from another home, among readers."""
    chance, events = random.Random(5), []
    for issue in range(10):
        sent_at = START + issue * 2 * 86_400
        for reader in range(60):
            at = sent_at + chance.uniform(1_800, 80_000)
            events.append(person(issue, f"p{reader}", f"73.162.{reader}.9", sent_at, at))
        moment = sent_at + chance.uniform(7_200, 40_000)
        for member in range(8):
            # Blocks of many carriers, none of them twice.
            ip = (
                f"{chance.choice((24, 73, 82, 86, 90, 93))}.{chance.randrange(250)}.{chance.randrange(250)}.{1 + issue}"
            )
            events.append(person(issue, f"bot{member}", ip, sent_at, moment + chance.uniform(0, 50)))
    events.sort(key=lambda event: event["ts"])
    return [{"event_id": f"b{number}", **event} for number, event in enumerate(events)]


def person(issue, recipient, ip, sent_at, at):
    return {
        "action": "click",
        "ip": ip,
        "uas": CHROME.format(155),
        "domain": "people.example",
        "recipient_id": recipient,
        "message_id": f"issue{issue}-{recipient}",
        "message_ts": sent_at,
        "ts": at,
    }


def test_a_botnet_is_found_in_hindsight_and_readers_are_left_alone(tmp_path, run):
    events = botnet()
    recipients = {event["event_id"]: event["recipient_id"] for event in events}

    run(write_jsonl(tmp_path / "events.jsonl", events), learn=True)

    called_bots = [recipients[row["event_id"]] for row in lines(tmp_path / "verdicts.jsonl") if row["is_bot"]]
    assert len([recipient for recipient in called_bots if recipient.startswith("bot")]) >= 50
    assert [recipient for recipient in called_bots if not recipient.startswith("bot")] == []


def signals_by_event(path):
    return {row["event_id"]: {one["signal"] for one in row["evidence"]} for row in lines(path)}


def test_recipients_that_never_repeat_a_network_are_known_in_hindsight(tmp_path, run):
    """They share no minute with anybody, so that only their own weeks tell."""
    events = [event for event in botnet() if not event["recipient_id"].startswith("bot")]
    for issue in range(10):
        sent_at = START + issue * 2 * 86_400
        # Of another carrier each time.
        ip = f"{(24, 73, 82, 86, 90, 93, 81, 79, 80, 92)[issue]}.{100 + issue}.{issue}.9"
        click = person(issue, "wanderer", ip, sent_at, sent_at + 9_000 + 4_000 * issue)
        events.append({"event_id": f"w{issue}", **click})
    events.sort(key=lambda event: event["ts"])

    run(write_jsonl(tmp_path / "events.jsonl", events), learn=True)

    found = signals_by_event(tmp_path / "verdicts.jsonl")
    known = {event_id for event_id, signals in found.items() if "never_repeats" in signals}
    # From the part on in which the eighth visit lies.
    assert {"w8", "w9"} <= known <= {f"w{issue}" for issue in range(10)}


def test_a_company_all_of_whose_mail_is_swept_is_known_in_hindsight(tmp_path, run):
    """A single click of a cloud that swept nothing is told apart by whose mail it is."""
    swept = [
        {
            **person(issue, f"colleague{issue}", "164.92.241.206", START + issue * 7_200, START + issue * 7_200 + 40),
            "event_id": f"s{issue}-{link}",
            "domain": "scanned.example",
            "link_id": f"l{link}",
        }
        for issue in range(20)
        for link in range(4)
    ]
    sent_at = START + 40 * 7_200
    singles = [
        {
            **person(99, recipient, ip, sent_at, sent_at + 100),
            "event_id": recipient,
            "domain": domain,
        }
        for recipient, domain, ip in (
            ("there", "scanned.example", "13.48.7.9"),
            ("elsewhere", "other.example", "13.48.9.9"),
            ("reader", "scanned.example", "73.162.14.88"),
        )
    ]

    run(write_jsonl(tmp_path / "events.jsonl", swept + singles), learn=True)

    found = signals_by_event(tmp_path / "verdicts.jsonl")
    assert [name for name in ("there", "elsewhere", "reader") if "reputation.mail_domain" in found[name]] == ["there"]


def test_a_resumed_run_has_learned_what_an_uninterrupted_one_has(tmp_path, run):
    events = write_jsonl(tmp_path / "events.jsonl", botnet())
    run(events, learn=True)
    expected = digest(tmp_path / "verdicts.jsonl")
    (tmp_path / "verdicts.jsonl").unlink()

    for position in (SIZE.rows, 4 * SIZE.rows + 1):
        with pytest.raises(PowerCutError):
            run(events, watch=cut_at(position), learn=True)
    run(events, learn=True)

    assert digest(tmp_path / "verdicts.jsonl") == expected


def test_a_resumed_run_judges_no_part_twice(run, events):
    with pytest.raises(PowerCutError):
        run(events, watch=cut_at(2 * SIZE.rows))
    judged = []

    run(events, watch=lambda stage, done, total: judged.append(done) if stage == "judging" else None)

    assert min(judged) >= SIZE.rows


def test_a_run_cut_while_sorting_starts_anew(tmp_path, run, events):
    def cut(stage, done, total):
        if stage == "sorting":
            raise PowerCutError

    with pytest.raises(PowerCutError):
        run(events, watch=cut)
    run(events)

    assert len(lines(tmp_path / "verdicts.jsonl")) == len(EVENTS)


def test_nothing_but_the_output_stays_behind(tmp_path, run, events):
    run(events)

    assert {path.name for path in tmp_path.iterdir()} == {"events.jsonl", "verdicts.jsonl"}


def test_an_unfinished_run_over_other_files_is_not_mixed_in(tmp_path, run, events):
    with pytest.raises(PowerCutError):
        run(events, watch=cut_at(SIZE.rows))
    events.write_text(events.read_text() + json.dumps({**EVENTS[0], "event_id": "new"}))

    with pytest.raises(OutputError, match=r"verdicts\.jsonl\.unfinished holds an unfinished run with other files"):
        run(events)


def test_an_unfinished_run_with_other_options_is_not_mixed_in(run, events):
    with pytest.raises(PowerCutError):
        run(events, watch=cut_at(SIZE.rows))

    with pytest.raises(OutputError, match="with other options"):
        run(events, explain=True)


def test_an_output_that_exists_is_only_written_over_on_demand(tmp_path, run, events):
    (tmp_path / "verdicts.jsonl").write_text("dear")

    with pytest.raises(OutputError, match="exists; --force writes over it"):
        run(events)
    assert (tmp_path / "verdicts.jsonl").read_text() == "dear"

    run(events, replace=True)
    assert len(lines(tmp_path / "verdicts.jsonl")) == len(EVENTS)


def test_a_directory_that_is_not_ours_is_left_alone(tmp_path, run, events):
    stranger = tmp_path / "verdicts.jsonl.unfinished" / "thesis.txt"
    stranger.parent.mkdir()
    stranger.write_text("dear")

    with pytest.raises(OutputError, match="is in the way"):
        run(events)

    assert stranger.read_text() == "dear"


@pytest.mark.parametrize(
    ("output", "complaint"), [("verdicts.xlsx", "must end in .parquet"), ("no/verdicts.csv", "is no directory")]
)
def test_an_output_that_cannot_be_written_is_refused_at_once(run, events, output, complaint):
    with pytest.raises(OutputError, match=complaint):
        run(events, output=output)


def test_bad_input_leaves_nothing_behind(tmp_path, run):
    file = write_csv(tmp_path / "events.csv", [{"event_id": "e1", "ip": "73.162.1.1", "ts": "soon"}])

    with pytest.raises(ColumnError):
        run(file)

    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]


def test_duplicates_are_judged_where_that_is_wanted(tmp_path, run):
    file = write_jsonl(tmp_path / "events.jsonl", [EVENTS[0], EVENTS[0]])

    run(file, allow_duplicates=True)

    assert len(lines(tmp_path / "verdicts.jsonl")) == 2


def test_visits_to_hidden_links_count(tmp_path, run):
    agent = CHROME.format(155)
    event = {"event_id": "e1", "ip": "164.92.241.206", "uas": agent, "message_id": "m1", "ts": START}
    visit = {"ip": "164.92.241.206", "uas": agent, "message_id": "m1", "ts": START + 5}
    file = write_jsonl(tmp_path / "events.jsonl", [event])
    visits = write_csv(tmp_path / "visits.csv", [visit])

    run(file, honeypots=(visits,))

    [row] = lines(tmp_path / "verdicts.jsonl")
    assert "honeypot.own_message" in {reason["signal"] for reason in row["evidence"]}


def test_dns_is_asked_once_about_domains_that_are_not_well_known(tmp_path, run, events):
    asked = []

    def look_up(domains):
        asked.append(list(domains))
        return {"people.example": MailProvider(ProviderKind.GATEWAY, "proofpoint")}

    with pytest.raises(PowerCutError):
        run(events, look_up=look_up, watch=cut_at(SIZE.rows))
    tallies = run(events, look_up=look_up)

    assert asked == [["gateway.example", "people.example"]]
    assert {tally.name for tally in tallies.providers} == {"proofpoint", "gmail", "other"}


def test_what_was_found_is_counted_by_what_events_have_in_common(run, events):
    tallies = run(events)

    opens = sum(event["action"] == "open" for event in EVENTS)
    bots = sum(event["domain"] == "gateway.example" for event in EVENTS)
    clicks = len(EVENTS) - opens
    assert tallies.total == (None, opens, opens, clicks, clicks - bots)
    for dimension in (tallies.days, tallies.campaigns, tallies.providers, tallies.categories):
        assert sum(tally.opens for tally in dimension) == opens
        assert sum(tally.clicks for tally in dimension) == clicks
    assert [tally.name for tally in tallies.days] == ["2026-06-01", "2026-06-02"][: len(tallies.days)]


def test_events_without_a_time_are_judged_as_of_the_reference_data(tmp_path, run):
    file = write_csv(tmp_path / "events.csv", [{"id": "e1", "ip": "40.107.22.14", "uas": CHROME.format(155)}])

    tallies = run(file, columns=with_columns(OWN_NAMES, {"event_id": "id"}))

    assert [tally.name for tally in tallies.days] == [None]
    assert lines(tmp_path / "verdicts.jsonl")[0]["is_bot"] is True
