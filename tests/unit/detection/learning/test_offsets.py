"""How long a domain's mail is under way, told by the haste of its scanners."""

from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.learning.offsets import Offsets, offset_of
from indicia.detection.model import Interaction, Scope

SCOPE = Scope(1, 2)


def test_scanners_that_come_as_soon_as_usual_show_no_offset():
    assert offset_of([20.0 + second for second in range(40)]) < 5


def test_mail_that_waits_in_a_queue_shows_by_the_delay_of_its_scanners():
    assert 590 < offset_of([620.0 + second for second in range(40)]) < 610


def test_a_few_scans_tell_nothing():
    assert offset_of([620.0] * 19) == 0


def test_scanners_that_come_a_second_time_hours_later_move_nothing():
    offsets = Offsets()
    for _ in range(30):
        offsets.note(2, 20_000.0)
    for _ in range(30):
        offsets.note(2, 25.0)

    assert offsets.seconds()[2] < 6


def test_what_was_stored_is_estimated_alike():
    offsets, restored = Offsets(), Offsets()
    for second in range(150):
        offsets.note(2, 300.0 + second)

    restored.restore(dict(offsets.changed()))

    assert restored.seconds() == offsets.seconds()


def test_a_stated_delivery_is_believed_and_a_stated_sending_is_corrected():
    knowledge = Knowledge(offsets={2: 600.0})
    posted = [Interaction(message_ts=1_000.0), Interaction(message_ts=1_000.0, delivered_ts=1_010.0), Interaction()]

    dated = knowledge.dated(SCOPE, posted)

    assert [one.delivered_ts for one in dated] == [1_600.0, 1_010.0, None]
    assert posted[0].delivered_ts is None


def test_a_domain_without_an_estimate_is_left_alone():
    posted = [Interaction(message_ts=1_000.0)]

    assert Knowledge(offsets={3: 600.0}).dated(SCOPE, posted) is posted
