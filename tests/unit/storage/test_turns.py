"""Turns at writing: nobody waits for long, and nobody for ever."""

import threading
import time

import pytest

from indicia.storage.turns import TurnError, Turns

PATIENCE_SECONDS = 10.0


@pytest.fixture
def turns(tmp_path):
    made = [Turns(tmp_path / "store.sqlite3") for _ in range(2)]
    yield made
    for each in made:
        each.close()


def test_whoever_waits_comes_before_whoever_has_just_had_a_turn(turns):
    greedy, patient = turns
    taken: list[str] = []
    is_over = threading.Event()

    def take_again_and_again() -> None:
        while not is_over.is_set():
            with greedy.turn(PATIENCE_SECONDS):
                taken.append("greedy")
                time.sleep(0.001)

    thread = threading.Thread(target=take_again_and_again)
    thread.start()
    waited = []
    for _ in range(20):
        began = len(taken)
        with patient.turn(PATIENCE_SECONDS):
            waited.append(len(taken) - began)
    is_over.set()
    thread.join()

    # The turn under way, and the one of whoever stood before it in the line.
    assert max(waited) <= 2


def test_a_turn_that_is_never_given_back_is_waited_for_no_longer_than_asked(turns):
    holder, other = turns

    with holder.turn(PATIENCE_SECONDS), pytest.raises(TurnError), other.turn(0.05):
        pass

    with other.turn(0.05):
        pass


def test_a_turn_ends_with_an_error_in_it(turns):
    holder, other = turns

    with pytest.raises(LookupError), holder.turn(PATIENCE_SECONDS):
        raise LookupError

    with other.turn(0.05):
        pass
