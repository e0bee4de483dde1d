"""The command line, run as people run it: a process of its own, in a directory, with nothing in its environment."""

import os
import subprocess
import sys
from pathlib import Path


def indicia(directory: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in `directory`."""
    return subprocess.run(
        [sys.executable, "-m", "indicia", *map(str, arguments)],
        cwd=directory,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refusal(finished: subprocess.CompletedProcess[str]) -> str:
    """Answer the one sentence of a command that must refuse."""
    assert finished.returncode == 2, finished.stderr
    assert finished.stdout == ""
    sentences = [line for line in finished.stderr.splitlines() if line.startswith("indicia: ")]
    assert len(sentences) == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    return sentences[0]
