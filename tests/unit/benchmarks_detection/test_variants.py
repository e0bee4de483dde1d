"""Variants of an event only leave things out."""

import pytest

from benchmarks.detection.generate import lines
from benchmarks.detection.variants import Variant
from benchmarks.detection.world import make_world

DOCUMENTED = {"ip", "uas", "event_id", "action", "domain", "recipient_id", "message_id", "ts", "message_ts"}


@pytest.fixture(scope="module")
def world():
    return make_world(31, 3000)


def told(world, variant):
    return [line for line in lines(world, variant) if "event" in line]


@pytest.mark.parametrize(
    ("variant", "fields"), [(Variant.DOCUMENTED, DOCUMENTED), (Variant.MINIMAL, {"ip", "uas", "event_id"})]
)
def test_variant_tells_exactly_its_fields(world, variant, fields):
    assert all(set(line["event"]) == fields for line in told(world, variant))


@pytest.mark.parametrize("variant", [Variant.DOCUMENTED, Variant.MINIMAL])
def test_variant_keeps_values_labels_and_order(world, variant):
    for whole, part in zip(told(world, Variant.EVERYTHING), told(world, variant), strict=True):
        assert {key: whole[key] for key in whole if key != "event"} == {
            key: part[key] for key in part if key != "event"
        }
        for field, value in part["event"].items():
            expected = whole["event"][field]
            assert value == (int(expected) if field in ("ts", "message_ts") else expected)


def test_everything_includes_links_methods_headers_and_fractions_of_seconds(world):
    clicks = [line["event"] for line in told(world, Variant.EVERYTHING) if line["action"] == "click"]

    assert all(click["url"].startswith("https://") and click["link_id"] for click in clicks)
    assert {click["method"] for click in clicks} == {"GET", "HEAD"}
    assert all(isinstance(click["headers"], dict) for click in clicks)
    assert any(click["ts"] % 1 for click in clicks)


def test_truth_stands_outside_the_posted_event(world):
    for line in told(world, Variant.EVERYTHING):
        assert not {"is_bot", "family"} & set(line["event"])


def test_honeypot_visits_are_told_only_with_everything(world):
    assert any("honeypot" in line for line in lines(world, Variant.EVERYTHING))
    assert not any("honeypot" in line for line in lines(world, Variant.DOCUMENTED))
