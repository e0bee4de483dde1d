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
    for mail in range(30):
        offsets.note(2, 20_000.0, mailed_at=600.0 * mail)
    for mail in range(30):
        offsets.note(2, 25.0, mailed_at=600.0 * mail)

    assert offsets.seconds()[2] < 6


def test_the_slow_scanners_of_a_large_mailing_move_nothing():
    offsets = Offsets()
    for mailing in range(4):
        for second in range(500):
            offsets.note(2, 25.0 + second, mailed_at=3_600.0 * mailing + second / 10)

    assert offsets.seconds().get(2, 0.0) < 15


def test_what_was_stored_is_estimated_alike():
    offsets, restored = Offsets(), Offsets()
    for second in range(150):
        offsets.note(2, 300.0 + second, mailed_at=600.0 * second)

    restored.restore(dict(offsets.changed()))

    assert restored.seconds() == offsets.seconds()


def test_a_stated_delivery_is_believed_and_a_stated_sending_is_corrected():
    knowledge = Knowledge(offsets={2: 600.0})
    posted = [Interaction(message_ts=1_000.0), Interaction(message_ts=1_000.0, delivered_ts=1_010.0), Interaction()]

    dated = knowledge.dated(SCOPE, posted)

    assert [one.delivered_ts for one in dated] == [1_600.0, 1_010.0, None]
    assert posted[0].delivered_ts is None


def test_an_estimated_delivery_is_never_later_than_what_was_done_with_the_mail():
    knowledge = Knowledge(offsets={2: 600.0})
    posted = [Interaction(ts=1_030.0, message_ts=1_000.0), Interaction(ts=990.0, message_ts=1_000.0)]

    dated = knowledge.dated(SCOPE, posted)

    assert [one.delivered_ts for one in dated] == [1_030.0, 1_000.0]


def test_a_domain_without_an_estimate_is_left_alone():
    posted = [Interaction(message_ts=1_000.0)]

    assert Knowledge(offsets={3: 600.0}).dated(SCOPE, posted) is posted
