"""What becomes of a delivery after each kind of outcome."""

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.net.model import Answered, Failure
from indicia.webhooks.retry import (
    MOST_ATTEMPTS,
    SCHEDULE_SECONDS,
    Cause,
    Decision,
    Delivered,
    DisableUrl,
    RetryAt,
    Stop,
    decide,
)

NOW = 1_800_000_000.0


def after(outcome: Answered | Failure, *, attempt: int = 1, chance: float = 0.5) -> Decision:
    return decide(outcome, attempt=attempt, now=NOW, chance=chance)


def answered(status: int, **headers: str) -> Answered:
    return Answered(status, {name.replace("_", "-"): value for name, value in headers.items()}, "")


def delay(decision: Decision) -> float:
    assert isinstance(decision, RetryAt)
    return decision.due_at - NOW


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    assert after(answered(status)) == Delivered()


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 408, 413, 425, 429, 500, 502, 503, 504])
def test_any_other_status_is_tried_again(status: int) -> None:
    assert isinstance(after(answered(status)), RetryAt)


@pytest.mark.parametrize("failure", [failure for failure in Failure if failure is not Failure.REFUSED])
def test_any_failure_of_the_network_is_tried_again(failure: Failure) -> None:
    assert isinstance(after(failure), RetryAt)


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (answered(406), Cause.STOPPED),
        (answered(500, webhook_delivery="abort-message"), Cause.STOPPED),
        (Failure.REFUSED, Cause.REFUSED),
    ],
)
def test_delivery_that_nobody_wants_or_may_have_stops(outcome: Answered | Failure, cause: Cause) -> None:
    decision = after(outcome)

    assert isinstance(decision, Stop)
    assert decision.cause is cause


def test_410_disables_the_url() -> None:
    assert isinstance(after(answered(410)), DisableUrl)


def test_schedule_runs_for_two_days_and_ends() -> None:
    decisions = [after(answered(500), attempt=attempt) for attempt in range(1, MOST_ATTEMPTS + 1)]

    assert [round(delay(decision)) for decision in decisions[:-1]] == list(SCHEDULE_SECONDS)
    assert decisions[-1] == Stop(Cause.EXHAUSTED, "12 attempts failed, the last with status 500")
    assert 51 < sum(SCHEDULE_SECONDS) / 3600 < 53


def test_dead_letter_names_the_last_failure() -> None:
    assert after(Failure.TLS, attempt=MOST_ATTEMPTS) == Stop(
        Cause.EXHAUSTED, "12 attempts failed, the last with failure: tls"
    )


@given(attempt=st.integers(1, MOST_ATTEMPTS - 1), chance=st.floats(0, 1))
def test_waits_vary_by_a_fifth(attempt: int, chance: float) -> None:
    base = SCHEDULE_SECONDS[attempt - 1]

    waited = delay(after(Failure.TIMEOUT, attempt=attempt, chance=chance))

    assert 0.8 * base - 0.001 <= waited <= 1.2 * base + 0.001


@pytest.mark.parametrize(
    ("retry_after", "waited"),
    [
        ("1", 60),
        ("100", 100),
        ("3600", 3600),
        ("1000000000", 3600),
        ("99999999999999999999", 60),
        ("-5", 60),
        ("1.5", 60),
        ("soon", 60),
        ("", 60),
        (formatdate(NOW + 600, usegmt=True), 600),
        (formatdate(NOW - 600, usegmt=True), 60),
        (formatdate(NOW + 10**8, usegmt=True), 3600),
    ],
)
def test_retry_after_is_honoured_between_the_schedule_and_an_hour(retry_after: str, waited: float) -> None:
    decision = after(Answered(503, {"Retry-After": retry_after}, ""), attempt=2)

    assert delay(decision) == pytest.approx(waited, abs=0.01)


def test_retry_after_may_double_a_wait_that_is_longer_than_an_hour() -> None:
    decision = after(Answered(429, {"Retry-After": "1000000000"}, ""), attempt=8)

    assert delay(decision) == 2 * SCHEDULE_SECONDS[7]


@given(value=st.text(max_size=40), chance=st.floats(0, 1))
def test_any_retry_after_gives_a_wait_within_bounds(value: str, chance: float) -> None:
    decision = after(Answered(503, {"Retry-After": value}, ""), attempt=2, chance=chance)

    assert 48 <= delay(decision) <= 3600
