from indicia.detection.handover import Handover
from indicia.detection.model import Interaction

READ = [Interaction("e1")]


def test_what_was_left_is_found_until_it_is_dropped():
    handover = Handover()

    handover.put("r1", READ)
    found_twice = handover.find("r1"), handover.find("r1")
    handover.drop("r1")

    assert found_twice == (READ, READ)
    assert handover.find("r1") is None


def test_only_so_many_requests_wait():
    handover = Handover(2)

    for request_id in ("r1", "r2", "r3"):
        handover.put(request_id, READ)

    assert [handover.find(request_id) for request_id in ("r1", "r2", "r3")] == [None, READ, READ]


def test_where_nobody_judges_nothing_is_kept():
    handover = Handover(0)

    handover.put("r1", READ)

    assert handover.find("r1") is None
