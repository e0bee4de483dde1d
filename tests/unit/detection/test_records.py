from indicia.detection.records import Crush


def test_undated_interactions_count_together_for_a_minute():
    crush = Crush()
    for received_at in (0.0, 1.0, 59.0, 100.0):
        crush.note(received_at)

    assert crush.count(100.0) == 1
    assert crush.count(500.0) == 0
