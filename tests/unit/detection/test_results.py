"""Results: what was posted comes back byte for byte, with the verdict added."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.model import Category, Evidence, Verdict
from indicia.detection.results import Batch, Judged, batch_result, judged, single_result

BATCH = Batch("id-1", "a1.test", 1721474736.9, 1721474739.2)
VERDICT = Verdict(
    is_bot=True,
    probability=0.987654321,
    category=Category.SECURITY_SCANNER,
    evidence=(Evidence("network.mail_filter", 5.99999, "{} filters mail", ("40.92.0.1",)),),
)


def _echo(raw: bytes, outcome: Judged) -> bytes:
    result = batch_result(BATCH, [msgspec.Raw(raw)], [outcome])
    return result[result.index(b'"events":[') + len(b'"events":[') : -2]


def test_the_batch_object_counts_and_dates_in_whole_seconds():
    events = [msgspec.Raw(b'{"event_id":"a"}'), msgspec.Raw(b'{"event_id":"b"}')]

    result = json.loads(batch_result(BATCH, events, [Judged(True), Judged(False)]))

    assert result["batch"] == {
        "bots": 1,
        "completed_at": 1721474739,
        "created_at": 1721474736,
        "domain": "a1.test",
        "events": 2,
        "id": "id-1",
    }
    assert [event["is_bot"] for event in result["events"]] == [True, False]


def test_what_was_posted_stands_there_byte_for_byte():
    raw = b'{"n": 12345678901234567890.10, "z":1,"a":{"b":[1,2]}, "t":"\xc4\x8d\xf0\x9f\x98\x92" }'

    assert _echo(raw, Judged(True)) == raw[:-2] + b',"is_bot":true}'


def test_a_posted_is_bot_gives_way_to_ours_however_it_is_written():
    for name in (b"is_bot", b"\\u0069s_bot"):
        echoed = json.loads(_echo(b'{"%b": "mine", "event_id": "e"}' % name, Judged(False)))

        assert echoed == {"event_id": "e", "is_bot": False}


def test_a_posted_verdict_is_only_replaced_when_one_was_asked_for():
    raw = b'{"verdict":"mine"}'

    assert json.loads(_echo(raw, Judged(True))) == {"verdict": "mine", "is_bot": True}
    assert json.loads(_echo(raw, judged(VERDICT, explain=True)))["verdict"]["category"] == "security_scanner"


def test_an_explanation_has_the_probability_the_category_and_every_evidence():
    explained = json.loads(_echo(b'{"event_id":"e"}', judged(VERDICT, explain=True)))

    assert explained["verdict"] == {
        "category": "security_scanner",
        "evidence": [{"because": "40.92.0.1 filters mail", "signal": "network.mail_filter", "weight": 6.0}],
        "probability": 0.987654,
    }


def test_a_single_shows_the_request_beside_the_verdict():
    result = json.loads(single_result(msgspec.Raw(b'{"ip":"203.0.113.7","ts":1}'), judged(VERDICT, explain=False)))

    assert result == {"is_bot": True, "request": {"ip": "203.0.113.7", "ts": 1}}


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())))
def test_any_object_comes_back_as_it_is_plus_the_verdict(posted):
    echoed = json.loads(_echo(json.dumps(posted).encode(), Judged(True)))

    assert echoed == {**posted, "is_bot": True}
