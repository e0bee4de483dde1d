"""The README lists every family as the registry does, and every source it is based on."""

import re
from pathlib import Path

import pytest

from benchmarks.detection import parameters
from benchmarks.detection.families.registry import FAMILIES

README = (Path(parameters.__file__).parent / "README.md").read_text()
MARKS = {
    mark
    for row in README.partition("## Sources")[2].splitlines()
    if row.startswith("| ")
    for mark in row.split("|")[1].strip().split(", ")
} | {"D", "K", "choice", "notes"}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_family_is_listed_with_its_sentence_and_sources(family):
    row = f"| `{family.name}` | {family.sentence} | {', '.join(family.actions)} | {', '.join(family.sources)} |"

    assert row in README
    assert set(family.sources) <= MARKS


def test_every_source_of_a_parameter_is_listed():
    comments = "\n".join(
        line for line in Path(parameters.__file__).read_text().splitlines() if line.lstrip().startswith("#")
    )
    marks = {mark for group in re.findall(r"\[([a-zKD][^\]]*)\]", comments) for mark in group.split(", ")}

    assert marks
    assert marks <= MARKS
