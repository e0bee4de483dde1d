"""The third time that a group comes together is seen as it happens."""

from indicia.detection.gatherings import Gatherings
from indicia.detection.learning.knowledge import Knowledge, SuspectGroup
from indicia.detection.learning.trails import trail_key
from indicia.detection.model import Action, Interaction, Scope
from indicia.detection.observations import Conduct, Missing

SCOPE = Scope(1, 2)
NOW = 1_795_410_000.0


def knowledge(members):
    group = SuspectGroup(1, members)
    suspects = {trail_key(SCOPE, f"m{n}"): group for n in range(members)}
    return Knowledge(suspects=suspects, watched=frozenset({SCOPE.domain_id}))


def click(recipient, at=0.0, action=Action.CLICK):
    return Interaction(recipient_id=recipient, ts=NOW + at, action=action)


def conduct(known, clicks, of):
    gatherings = Gatherings()
    gatherings.note(known, SCOPE, clicks)
    return gatherings.conduct_of(known, SCOPE, of)


def test_suspects_who_come_together_again_are_in_step():
    clicks = [click(f"m{n}", at=20 * n) for n in range(4)]

    assert conduct(knowledge(6), clicks, clicks[0]) == Conduct(in_step=3, occasions=3)


def test_three_of_them_are_too_few():
    clicks = [click(f"m{n}", at=20 * n) for n in range(3)]

    assert conduct(knowledge(6), clicks, clicks[0]) is Missing.UNAVAILABLE


def test_a_few_of_a_large_group_may_have_come_by_chance():
    clicks = [click(f"m{n}", at=20 * n) for n in range(6)]

    assert conduct(knowledge(60), clicks, clicks[0]) is Missing.UNAVAILABLE


def test_a_suspect_who_comes_alone_is_left_alone():
    clicks = [click(f"m{n}", at=20 * n) for n in range(4)]

    assert conduct(knowledge(6), clicks, click("m5", at=4_000)) is Missing.UNAVAILABLE


def test_who_reads_in_the_same_minute_is_not_one_of_them():
    clicks = [click(f"m{n}", at=20 * n) for n in range(4)]

    assert conduct(knowledge(6), clicks, click("someone", at=30)) is Missing.UNAVAILABLE


def test_opening_together_is_no_occasion():
    opens = [click(f"m{n}", at=20 * n, action=Action.OPEN) for n in range(4)]

    assert conduct(knowledge(6), opens, click("m0")) is Missing.UNAVAILABLE
