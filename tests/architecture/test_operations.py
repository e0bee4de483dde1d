"""docs/operations.md lists what the program has: every setting with its default, every metric, every log event."""

import re

from indicia.config import _READERS, Settings, read_settings
from tests.architecture.repository import ROOT, SOURCE, table_rows

OPERATIONS = ROOT / "docs" / "operations.md"
_LITERAL = re.compile(r"`([^`]+)`")
_METRIC = re.compile(r"\"(indicia_[a-z_]+)\"")
_LOG_EVENT = re.compile(r"\blog\.(?:debug|info|warning|error|exception)\(\s*\"([a-z_.]+)\"")


def _first_cells(heading):
    return [row[0].strip("`") for row in table_rows(OPERATIONS, heading)]


def _in_source(pattern):
    return {name for path in SOURCE.rglob("*.py") for name in pattern.findall(path.read_text("utf-8"))}


def test_the_settings_table_names_what_can_be_set():
    assert sorted(_first_cells("## Settings")) == sorted(_READERS)


def test_setting_every_default_that_the_table_shows_changes_nothing():
    defaults = {row[0].strip("`"): _LITERAL.fullmatch(row[1]) for row in table_rows(OPERATIONS, "## Settings")}

    written = read_settings({name: literal[1] for name, literal in defaults.items() if literal})

    assert written == Settings()


def test_the_metrics_table_names_every_metric():
    assert sorted(_first_cells("## Metrics")) == sorted(_in_source(_METRIC))


def test_the_log_table_names_every_event():
    assert sorted(_first_cells("## Logs")) == sorted(_in_source(_LOG_EVENT))
