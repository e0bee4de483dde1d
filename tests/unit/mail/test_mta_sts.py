import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.mail.mta_sts import Mode, Policy, parse_policy, policy_id

DOCUMENT = b"version: STSv1\r\nmode: enforce\r\nmx: mail.a.test\r\nmx: *.A.test\r\nmax_age: 86400\r\n"


def test_a_policy_is_read():
    assert parse_policy(DOCUMENT) == Policy(Mode.ENFORCE, ("mail.a.test", "*.a.test"), 86_400)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        DOCUMENT.replace(b"STSv1", b"STSv2"),
        DOCUMENT.replace(b"enforce", b"force"),
        DOCUMENT.replace(b"mx", b"my"),
        DOCUMENT.replace(b"86400", b"-1"),
        DOCUMENT.replace(b"86400", b"99999999"),
        DOCUMENT.replace(b"86400", b"soon"),
        DOCUMENT.replace(b"mail.a.test", b"mail a"),
        DOCUMENT + b"mode: none\r\n",
    ],
)
def test_what_is_no_policy_is_none(document):
    assert parse_policy(document) is None


def test_a_wildcard_stands_for_one_label():
    policy = parse_policy(DOCUMENT)

    assert policy is not None
    assert policy.allows("mail.a.test")
    assert policy.allows("x.a.test")
    assert not policy.allows("x.y.a.test")
    assert not policy.allows("a.test")


def test_an_id_is_read_from_the_one_valid_record():
    assert policy_id(("v=spf1 -all", "v=STSv1; id=20260101T000000;")) == "20260101T000000"
    assert policy_id(("v=STSv1;id=1",)) == "1"
    assert policy_id(("v=STSv1; id=1", "v=STSv1; id=2")) is None
    assert policy_id(("v=STSv1; id=not-alnum;",)) is None
    assert policy_id(("v=STSv1",)) is None
    assert policy_id(()) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_policy_or_none(document):
    policy = parse_policy(document)

    assert policy is None or policy.max_age_seconds >= 0
