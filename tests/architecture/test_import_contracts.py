"""The order of the layers holds, and ARCHITECTURE.md draws it as pyproject.toml has it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.architecture.repository import ROOT, table_rows


def test_every_import_contract_is_kept():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout


def test_the_map_shows_the_layers_in_their_order():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]

    rows = [row for row in table_rows(ROOT / "ARCHITECTURE.md", "## Map") if row[0].isdecimal()]

    assert [set(re.findall(r"`(\w+)(?:/|\.py)`", row[1])) for row in rows] == [
        set(layer.split(" | ")) for layer in layers
    ]
    assert [int(row[0]) for row in rows] == list(range(len(layers), 0, -1))
