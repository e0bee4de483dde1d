"""Reading posted events: every fault is named, nothing is changed, nothing raises but the one error."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.model import Action
from indicia.detection.posted import InvalidRequestError, read_event, read_json, read_single

URL = "https://hooks.example.com/x"


def _batch(*events: object, **fields: object) -> bytes:
    return json.dumps({"events": list(events), "webhook_url": URL, **fields}).encode()


def _event(**fields: object) -> dict[str, object]:
    return {"ip": "203.0.113.7", "uas": "Mozilla/5.0", "event_id": "e1", **fields}


def _read(**fields: object):
    return read_event(json.dumps(_event(**fields)).encode(), is_single=False)


def test_the_three_required_fields_suffice():
    posted = read_json(_batch(_event()))

    (interaction,) = posted.interactions
    assert (interaction.ip, interaction.uas, interaction.event_id) == ("203.0.113.7", "Mozilla/5.0", "e1")
    assert interaction.action is Action.CLICK
    assert posted.webhook_url == URL
    assert posted.explain is False


def test_every_bad_event_is_named_with_its_place_and_fault():
    events = [_event(), _event(ip="not an ip"), _event(event_id=None), {"ip": "203.0.113.7", "event_id": "e"}, "text"]

    with pytest.raises(InvalidRequestError) as refused:
        read_json(_batch(*events))

    assert refused.value.problems == [
        "events[1].ip: not an IP address",
        "events[2].event_id: is required",
        "events[3].uas: is required (it may be an empty string)",
        "events[4].body: expected object, got str",
    ]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"ip": 7}, "ip: expected str | null, got int"),
        ({"ip": "fe80::1%eth0"}, "ip: not an IP address"),
        ({"ip": ""}, "ip: is required"),
        ({"event_id": True}, "event_id: expected int | str | null, got bool"),
        ({"event_id": ""}, "event_id: is required"),
        ({"action": "hover"}, "action: must be open or click"),
        ({"domain": "not a domain"}, "domain: not a domain name (the part of the recipient's address after the @)"),
        ({"ts": -1}, "ts: not a unix time in seconds or milliseconds"),
        ({"ts": 2**63}, "ts: not a unix time in seconds or milliseconds"),
        ({"ts": "soon"}, "ts: not a unix time in seconds or milliseconds"),
        ({"ts": "nan"}, "ts: not a unix time in seconds or milliseconds"),
        ({"uas": "x" * 65_536}, "uas: is longer than 8192 characters"),
        ({"event_id": "x" * 2000}, "event_id: is longer than 1024 characters"),
        ({"headers": {"a": 1}}, "headers[...]: expected str, got int"),
    ],
)
def test_a_fault_is_a_short_sentence_about_its_field(fields, fault):
    _, faults = _read(**fields)

    assert faults == [fault]


@pytest.mark.parametrize(
    ("posted", "seconds"),
    [
        (1721474736, 1721474736.0),
        (1721474736.25, 1721474736.25),
        (1721474736250, 1721474736.25),
        ("1721474736", 1721474736.0),
    ],
)
def test_times_are_seconds_or_milliseconds_with_fractions_as_numbers_or_text(posted, seconds):
    interaction, faults = _read(ts=posted, message_ts=posted, delivered_ts=posted)

    assert faults == []
    assert (interaction.ts, interaction.message_ts, interaction.delivered_ts) == (seconds, seconds, seconds)


@pytest.mark.parametrize(
    ("posted", "canonical"),
    [
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.1"),
        (" 203.0.113.7 ", "203.0.113.7"),
    ],
)
def test_addresses_are_read_in_every_form_and_kept_in_one(posted, canonical):
    interaction, faults = _read(ip=posted)

    assert faults == []
    assert interaction.ip == canonical


def test_an_empty_user_agent_is_evidence_and_an_absent_one_a_fault():
    interaction, faults = _read(uas="")

    assert faults == []
    assert interaction.uas == ""


def test_numeric_identifiers_are_taken_as_text():
    interaction, faults = _read(event_id=17, recipient_id=42, message_id=17690841631)

    assert faults == []
    assert (interaction.event_id, interaction.recipient_id, interaction.message_id) == ("17", "42", "17690841631")


def test_null_and_empty_mean_absent():
    interaction, faults = _read(domain="", recipient_id=None, message_id="", url="", ts=None)

    assert faults == []
    assert (interaction.domain, interaction.recipient_id, interaction.message_id, interaction.url, interaction.ts) == (
        None, None, None, None, None,
    )  # fmt: skip


def test_own_attributes_may_hold_4_kib_and_no_more():
    _, fits = _read(note="x" * 4085)
    _, too_large = _read(note="x" * 4100)

    assert fits == []
    assert too_large == ["your own attributes: hold 4106 bytes, and 4096 are allowed in one event"]


def test_long_known_fields_do_not_count_as_own_attributes():
    _, faults = _read(url="https://example.com/" + "a" * 6000, note="short")

    assert faults == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "body: not valid JSON in UTF-8"),
        (b"{", "body: not valid JSON in UTF-8"),
        (b"[]", "body: expected object, got array"),
        (b'{"events": [NaN], "webhook_url": "https://x.example"}', "body: not valid JSON in UTF-8"),
        (b'{"events": ["\xff"], "webhook_url": "https://x.example"}', "body: not valid JSON in UTF-8"),
        (b'{"events": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "body: is nested too deeply"),
        (b'{"webhook_url": "https://x.example"}', "events: is required, an array of 1 to 500 events"),
        (b'{"events": [], "webhook_url": "https://x.example"}', "events: must hold 1 to 500 events, not 0"),
        (b'{"events": {}, "webhook_url": "https://x.example"}', "events: expected array | null, got object"),
    ],
)
def test_a_body_that_is_no_batch_is_one_sentence(body, problem):
    with pytest.raises(InvalidRequestError) as refused:
        read_json(body)

    assert refused.value.problems == [problem]


def test_501_events_are_refused_and_500_are_not():
    assert len(read_json(_batch(*[_event()] * 500)).events) == 500
    with pytest.raises(InvalidRequestError, match="not 501"):
        read_json(_batch(*[_event()] * 501))


def test_a_batch_needs_a_webhook_url():
    with pytest.raises(InvalidRequestError, match="webhook_url"):
        read_json(json.dumps({"events": [_event()]}).encode())


def test_of_a_key_that_stands_twice_the_last_one_counts():
    interaction, faults = read_event(b'{"ip":"bad","ip":"203.0.113.7","uas":"","event_id":"e"}', is_single=False)

    assert faults == []
    assert interaction.ip == "203.0.113.7"


def test_a_single_needs_an_address_or_a_user_agent():
    assert read_single({"uas": "curl/8"}).interactions[0].ip is None
    assert read_single({"ip": "203.0.113.7"}).interactions[0].uas is None
    with pytest.raises(InvalidRequestError):
        read_single({"event_id": "e"})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_json_value_as_an_event_is_read_or_faulted(value):
    _, faults = read_event(msgspec.json.encode(value), is_single=False)

    assert all(": " in fault for fault in faults)


@given(
    st.dictionaries(
        st.sampled_from(["ip", "uas", "event_id", "action", "domain", "ts", "url", "headers", "method", "link_id"]),
        st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.lists(st.text()),
    )
)
def test_any_values_in_known_fields_are_read_or_faulted(fields):
    interaction, faults = _read(**fields)

    assert faults or interaction.ip is not None


@given(st.binary(max_size=200))
def test_any_bytes_as_a_batch_raise_nothing_but_the_refusal(body):
    with pytest.raises(InvalidRequestError):
        read_json(body)
