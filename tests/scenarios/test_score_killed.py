"""A run that is killed goes on where it was, writes what it would have written, and never needs more memory."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.doubles.history import history, write_jsonl

ROOT = Path(__file__).parents[2]
# The command itself judges half a million rows at a time; these parts are small enough to be killed between.
RUN = """
import resource, sys
from pathlib import Path
from indicia.archive.model import PartSize, Request
from indicia.archive.profiles import OWN_NAMES
from indicia.archive.scoring import score
from indicia.datasets.registry import Datasets

request = Request((Path(sys.argv[1]),), Path(sys.argv[2]), OWN_NAMES)
size = PartSize(rows=int(sys.argv[3]), look_back=200)
score(request, Datasets.open(None), progress=lambda *_: None, size=size)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
PATIENCE_SECONDS = 60.0


def start(events: Path, output: Path, rows: int) -> subprocess.Popen[str]:
    """Start a run with parts of so many rows."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(events), str(output), str(rows)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_killed_runs_end_in_the_bytes_of_an_undisturbed_one(tmp_path: Path):
    events = write_jsonl(tmp_path / "events.jsonl", history(1_000))
    undisturbed, killed = tmp_path / "undisturbed.parquet", tmp_path / "killed.parquet"
    with start(events, undisturbed, 500) as run:
        run.wait(PATIENCE_SECONDS)

    for parts in (1, 3):
        run = start(events, killed, 500)
        _wait_for(tmp_path / "killed.parquet.unfinished" / f"part-{parts:06d}.parquet", run)
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        assert not killed.exists()
    with start(events, killed, 500) as run:
        run.wait(PATIENCE_SECONDS)

    assert killed.read_bytes() == undisturbed.read_bytes()


def test_four_times_the_events_need_no_more_memory(tmp_path: Path):
    peaks = []
    for messages in (1_500, 6_000):
        events = write_jsonl(tmp_path / f"{messages}.jsonl", history(messages))
        with start(events, tmp_path / f"{messages}.parquet", 2_000) as run:
            peaks.append(int(run.communicate(timeout=PATIENCE_SECONDS)[0]))

    # In KiB. The first run holds the reference data and the caches of every look-up already.
    assert peaks[1] - peaks[0] < 40_000


def _wait_for(path: Path, run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not path.exists():
        assert run.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
