"""Judges are counted per family, with honest intervals."""

import pytest

from benchmarks.detection import evaluate, generate
from benchmarks.detection.evaluate import Labelled, Rate


@pytest.fixture
def world_file(tmp_path):
    path = tmp_path / "world.jsonl"
    generate.main(["--seed", "5", "--events", "1500", "-o", str(path), "--zone", str(tmp_path / "zone.json")])
    return path


def everybody_is_a_bot(events, honeypots):
    return [True] * len(events)


def test_generated_file_reads_back_whole(world_file):
    world = Labelled.read(world_file)

    assert len(world.events) == len(world.families) == len(world.actions) == len(world.are_bots) > 1400
    assert world.honeypots
    assert (world_file.parent / "zone.json").stat().st_size > 100


def test_a_judge_that_knows_the_truth_makes_no_mistake(world_file):
    world = Labelled.read(world_file)

    result = evaluate.evaluate(world, lambda events, honeypots: world.are_bots)

    assert result.rate(bots=False).flagged == 0
    assert result.rate(bots=True).share == 1.0


def test_a_judge_that_flags_everything_misjudges_every_family_of_people(world_file):
    result = evaluate.evaluate(Labelled.read(world_file), everybody_is_a_bot)

    assert result.rate(bots=False).share == 1.0
    assert result.worst_family()[1].share == 1.0


def test_a_judge_must_answer_once_per_event(world_file):
    with pytest.raises(ValueError, match="zip"):
        evaluate.evaluate(Labelled.read(world_file), lambda events, honeypots: [True])


@pytest.mark.parametrize(
    ("flagged", "total", "low", "high"),
    # Wilson 1927, by hand: z^2 / (n + z^2) where nothing is flagged.
    [(0, 100, 0.0, 0.036995), (50, 100, 0.403832, 0.596168), (0, 0, 0.0, 1.0)],
)
def test_intervals_are_wilsons(flagged, total, low, high):
    assert Rate(flagged, total).bounds == pytest.approx((low, high), abs=1e-5)


def test_report_lists_every_family_with_its_rate(world_file, capsys):
    evaluate.main([str(world_file), "--judge", "benchmarks.detection.baselines:hosting_network"])

    out = capsys.readouterr().out
    assert "cloud_desktop              click   100.00%" in out
    assert "apple_mpp                  open" in out


def test_without_a_judge_every_baseline_has_a_line(world_file, capsys):
    evaluate.main([str(world_file)])

    out = capsys.readouterr().out
    assert all(name in out for name in ("UA list", "Spotler", "Phish Insight"))
