"""A sender's stored history: people who read hours later, a gateway that sweeps, and files that hold it all."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import duckdb

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)
# A monday morning, long past.
START = 1_780_300_800.0
LINKS = 6

Event = dict[str, object]


def history(messages: int, *, seed: int = 1) -> list[Event]:
    """Make the events of so many messages, in order of time: about two for each.

    Recipients at gateway.example have every link followed from a cloud within a second, half a minute after the
    mail; the others are people at home who open and click later.
    """
    random = Random(seed)
    events: list[Event] = []
    for number in range(messages):
        sent_at = START + number * 20
        if number % 8 == 0:
            events += _sweep(random, number, sent_at)
        else:
            events += _reading(random, number, sent_at)
    events.sort(key=lambda event: float(str(event["ts"])))
    return [{"event_id": f"e{position}", **event} for position, event in enumerate(events)]


def write_jsonl(path: Path, events: Iterable[Event]) -> Path:
    """Write one JSON object a line."""
    path.write_text("".join(json.dumps(event) + "\n" for event in events), "utf-8")
    return path


def write_csv(path: Path, events: Sequence[Event], *, delimiter: str = ",") -> Path:
    """Write a table with a header; what an event lacks is an empty cell."""
    names = list(dict.fromkeys(name for event in events for name in event))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(events)
    return path


def write_parquet(path: Path, events: Sequence[Event]) -> Path:
    """Write a Parquet file, with the types that DuckDB finds in the JSON."""
    lines = write_jsonl(path.with_suffix(".lines"), events)
    duckdb.execute(f"COPY (FROM read_json('{lines}', format = 'newline_delimited')) TO '{path}' (FORMAT parquet)")
    lines.unlink()
    return path


def _reading(random: Random, number: int, sent_at: float) -> list[Event]:
    recipient = random.randrange(200)
    visitor = {
        "ip": f"73.162.{recipient % 250}.{1 + recipient % 200}",
        "uas": CHROME.format(150 + recipient % 5),
        "domain": "gmail.com" if recipient % 2 else "people.example",
        "recipient_id": f"r{recipient}",
        "message_id": f"m{number}",
        "message_ts": sent_at,
        "campaign": f"week {number // 500}",
    }
    opened_at = sent_at + random.uniform(900, 40_000)
    return [
        {**visitor, "action": "open", "ts": opened_at},
        {**visitor, "action": "click", "ts": opened_at + random.uniform(5, 60), "url": "https://shop.example/1"},
    ]


def _sweep(random: Random, number: int, sent_at: float) -> list[Event]:
    visitor = {
        "action": "click",
        "ip": f"164.92.241.{random.randrange(250)}",
        "uas": CHROME.format(120),
        "domain": "gateway.example",
        "recipient_id": f"g{number % 40}",
        "message_id": f"m{number}",
        "message_ts": sent_at,
        "campaign": f"week {number // 500}",
    }
    at = sent_at + random.uniform(20, 60)
    return [{**visitor, "ts": at + link / 10, "url": f"https://shop.example/{link}"} for link in range(LINKS)]
