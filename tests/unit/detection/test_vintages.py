"""How current people's browsers are, as far as a sender's own traffic tells."""

from indicia.detection.vintages import Vintages


def test_a_few_clients_tell_nothing():
    vintages = Vintages()
    for _ in range(9):
        vintages.note(1, 1_000.0)

    assert vintages.common_until(1) is None


def test_old_devices_do_not_age_the_browsers_of_the_others():
    vintages = Vintages()
    for client in range(40):
        vintages.note(1, 500.0 if client % 2 else 1_000.0)

    assert vintages.common_until(1) == 1_000.0


def test_a_few_early_updaters_do_not_make_the_others_old():
    vintages = Vintages()
    for client in range(40):
        vintages.note(1, 1_000.0 if client % 10 else 2_000.0)

    assert vintages.common_until(1) == 1_000.0


def test_people_who_update_are_current_again():
    vintages = Vintages()
    for usual_until in (1_000.0, 2_000.0):
        for _ in range(60):
            vintages.note(1, usual_until)
        assert vintages.common_until(1) == usual_until


def test_one_account_tells_nothing_about_another():
    vintages = Vintages()
    for _ in range(40):
        vintages.note(1, 1_000.0)

    assert vintages.common_until(2) is None
