"""Worlds are compared with their goals, and the document says what came out."""

from datetime import date

import msgspec
import pytest

from benchmarks.detection import report
from benchmarks.detection.goals import goals_of, scanner_clicks
from benchmarks.detection.section import BEGIN, END, write_section
from benchmarks.detection.variants import Variant
from indicia.evaluation.tally import Tally

SEED = 9001


@pytest.fixture(scope="module")
def found():
    return list(report.measure(SEED, 1500, 1, list(Variant)))


def test_every_variant_is_measured_on_both_worlds(found):
    assert [(each.variant, each.balanced) for each in found] == [
        (variant, balanced) for balanced in (False, True) for variant in Variant
    ]


@pytest.mark.parametrize("variant", Variant)
def test_whoever_calls_everybody_a_bot_misses_the_goals_for_people(found, variant):
    whole = found[0].report
    everybody = Tally()
    # The labels of any world will do: no interaction is looked at.
    for row in report.labelled_set(report.make_world(SEED, 1500), variant).rows:
        everybody.count(row, is_bot=True)
    judge = msgspec.structs.replace(
        whole.engine,
        scores=everybody.scores(),
        worst_family=everybody.worst_family(),
        families=everybody.families(),
    )

    goals = {goal.name: goal for goal in goals_of(msgspec.structs.replace(whole, engine=judge), variant)}

    assert not goals["people called bots"].is_met
    assert not goals["worst family of people"].is_met
    assert goals["bot clicks found"].is_met
    assert goals["bot opens found"].measured == "100.00%"


def test_scanner_clicks_are_part_of_the_bot_clicks(found):
    whole = found[0].report

    assert 0 < scanner_clicks(whole).total < whole.engine.scores.bot_clicks.total


def test_the_section_is_rewritten_between_its_markers(found, tmp_path):
    document = tmp_path / "detection.md"
    document.write_text(f"before\n\n{BEGIN}\nwhat stood here\n{END}\n\nafter\n")

    write_section(document, found, seed=SEED, events=1500, mix=3, day=date(2026, 11, 23))

    text = document.read_text()
    assert text.startswith(f"before\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\n\nafter\n")
    assert "what stood here" not in text
    assert "Measured on 2026-11-23" in text
    assert all(name in text for name in ("Marketo proximity", "residential_lockstep", "≤ 0.2%", "natural mix"))


def test_tables_of_the_section_are_whole(found, tmp_path):
    document = tmp_path / "detection.md"
    document.write_text(f"{BEGIN}{END}")

    write_section(document, found, seed=SEED, events=1500, mix=3, day=date(2026, 11, 23))

    tables = [[]]
    for line in document.read_text().splitlines():
        if line.startswith("|"):
            tables[-1].append(line.count("|"))
        elif tables[-1]:
            tables.append([])
    assert len([table for table in tables if table]) == 4
    assert all(len(set(table)) == 1 for table in tables if table)


def test_a_document_without_markers_stays_as_it_is(found, tmp_path):
    document = tmp_path / "detection.md"
    document.write_text("nothing here\n")

    with pytest.raises(ValueError, match="needs the lines"):
        write_section(document, found, seed=SEED, events=1500, mix=3, day=date(2026, 11, 23))

    assert document.read_text() == "nothing here\n"
