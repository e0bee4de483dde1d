"""Variants of an event only leave things out."""

import pytest

from benchmarks.detection.generate import lines
from benchmarks.detection.labelled import labelled_set
from benchmarks.detection.stage import Interaction
from benchmarks.detection.variants import Variant, posted, stripped
from benchmarks.detection.world import make_world

TRUTH = {"label", "family"}
DOCUMENTED = {"ip", "uas", "event_id", "action", "domain", "recipient_id", "message_id", "ts", "message_ts"}


@pytest.fixture(scope="module")
def world():
    return make_world(31, 3000)


@pytest.mark.parametrize(
    ("variant", "fields"), [(Variant.DOCUMENTED, DOCUMENTED), (Variant.MINIMAL, {"ip", "uas", "event_id"})]
)
def test_variant_tells_exactly_its_fields_beside_the_truth(world, variant, fields):
    assert all(set(line) == fields | TRUTH for line in lines(world, variant))


@pytest.mark.parametrize("variant", [Variant.DOCUMENTED, Variant.MINIMAL])
def test_variant_keeps_values_truth_and_order(world, variant):
    for whole, part in zip(lines(world, Variant.EVERYTHING), lines(world, variant), strict=True):
        for field, value in part.items():
            expected = whole[field]
            assert value == (int(expected) if field in ("ts", "message_ts") else expected)


def test_everything_includes_links_methods_headers_and_fractions_of_seconds(world):
    clicks = [line for line in lines(world, Variant.EVERYTHING) if line["action"] == "click"]

    assert all(click["url"].startswith("https://") and click["link_id"] for click in clicks)
    assert {click["method"] for click in clicks} == {"GET", "HEAD"}
    assert all(isinstance(click["headers"], dict) for click in clicks)
    assert any(click["ts"] % 1 for click in clicks)


def test_truth_is_no_part_of_what_is_posted(world):
    posts = (stripped(posted(one, "e1"), Variant.EVERYTHING) for one in world.stories if isinstance(one, Interaction))

    assert not any(TRUTH & set(post) for post in posts)


@pytest.mark.parametrize("variant", list(Variant))
def test_a_judge_is_told_of_honeypot_visits_only_with_everything(world, variant):
    assert bool(labelled_set(world, variant).visits) is (variant is Variant.EVERYTHING)
