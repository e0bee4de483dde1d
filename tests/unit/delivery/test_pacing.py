from indicia.delivery.model import Terms
from indicia.delivery.pacing import Pacing

NOW = 1_790_000_000.0
LIMITED = Terms("a.test", 2, 60, None)


def test_without_a_limit_everything_goes():
    pacing = Pacing()

    assert all(pacing.may_go_at(job, 1, Terms("a.test", 0, 0, None), NOW) == NOW for job in range(1000))


def test_the_limit_goes_at_once_and_the_rest_one_after_another():
    pacing = Pacing()

    times = [pacing.may_go_at(job, 1, LIMITED, NOW) - NOW for job in range(5)]

    assert times == [0, 0, 30, 60, 90]


def test_a_promise_is_kept_once():
    pacing = Pacing()
    for job in range(3):
        pacing.may_go_at(job, 1, LIMITED, NOW)

    assert pacing.may_go_at(2, 1, LIMITED, NOW + 10) == NOW + 30
    assert pacing.may_go_at(2, 1, LIMITED, NOW + 30) == NOW + 30
    assert pacing.may_go_at(3, 1, LIMITED, NOW + 30) == NOW + 60


def test_every_one_of_many_goes_within_the_time_the_limit_takes():
    pacing, now, waiting, asked = Pacing(), NOW, dict.fromkeys(range(200), NOW), 0
    while waiting:
        now = min(waiting.values())
        for job in [job for job, due_at in waiting.items() if due_at <= now]:
            asked += 1
            due_at = pacing.may_go_at(job, 1, LIMITED, now)
            if due_at <= now:
                del waiting[job]
            else:
                waiting[job] = due_at

    assert now - NOW == 198 * 30
    assert asked == 200 + 198


def test_domains_do_not_wait_for_one_another():
    pacing = Pacing()
    for job in range(10):
        pacing.may_go_at(job, 1, LIMITED, NOW)

    assert pacing.may_go_at(11, 2, LIMITED, NOW) == NOW
