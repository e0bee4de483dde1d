"""Attempts to have people judged as machines, or machines as people, through what the service learns."""

import pytest

from indicia.detection.engine import Engine
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.learning.learner import Learner
from indicia.detection.learning.mixes import HIGHEST
from indicia.detection.learning.reputations import Event, Thing
from indicia.detection.learning.things import things_at
from indicia.detection.model import Honeypot, Interaction, Scope, Verdict
from indicia.detection.observations import Missing, Standing
from indicia.detection.options import DetectionOptions
from indicia.detection.visits import VisitBook
from tests.detection.story import HOUR, SCOPE, SENT, tell, why
from tests.detection.test_people import STORIES
from tests.doubles.datasets import ANDROID, CHROME, FakeDatasets

DAY = 24 * HOUR
OURS, THEIRS, OTHERS = Scope(1, 1), Scope(2, 2), Scope(3, 3)
# Of a cloud, of a mobile carrier, of a home.
CLOUD, CARRIER, HOME = "10.4.1.1", "10.12.1.1", "10.11.1.1"


class World:
    """A service that has learned what it was told, and judges a later interaction by that alone."""

    def __init__(self) -> None:
        self.learner = Learner(FakeDatasets(), 10_000)  # type: ignore[arg-type]
        self.now = SENT

    def hidden_link(self, scope: Scope, ip: str, uas: str, messages: range, *, are_real: bool = True) -> None:
        """Have a client follow the hidden links of messages, which were posted about if they are real."""
        for number in messages:
            message = f"m{scope.domain_id}-{number}"
            self.learner.visit(Honeypot(scope.domain_id, message, ip, uas, self.now))
            if are_real:
                sent = Interaction(ip="10.9.1.1", uas="x", message_id=message, recipient_id="r", domain="firm.test")
                self.learner.record(scope, [sent], self.now)

    def returning_reader(self, scope: Scope, ip: str, uas: str, recipient: str, days: int = 3) -> None:
        """Have a recipient read at the same address on several days."""
        for day in range(days):
            at = self.now + day * DAY + HOUR
            click = Interaction(
                ip=ip, uas=uas, recipient_id=recipient, message_id=f"d{day}", ts=at, message_ts=at - HOUR
            )
            self.learner.record(scope, [click], at)

    def judge(self, scope: Scope, ip: str, uas: str, *, after: float = 2 * HOUR) -> Verdict:
        """Judge a click of somebody at that address on mail sent `after` seconds before."""
        at = self.now + 4 * DAY
        engine = Engine(FakeDatasets(), DetectionOptions(), lambda: at + 60)  # type: ignore[arg-type]
        engine.learn(self.learner.conclusions(at)())
        click = Interaction("e", ip, uas, recipient_id="judged", message_id="m", ts=at, message_ts=at - after)
        engine.observe(scope, [click], at)
        return engine.judge(scope, [click], at, {})[0]

    def learned(self, scope: Scope, ip: str, uas: str) -> float:
        """Answer the nats that reputation added to such a click."""
        evidence = self.judge(scope, ip, uas).evidence
        return sum(one.weight for one in evidence if one.signal.startswith("reputation."))


@pytest.fixture
def world() -> World:
    return World()


def test_a_client_that_keeps_following_hidden_links_is_remembered(world: World):
    world.hidden_link(OURS, CLOUD, CHROME, range(40))

    assert world.learned(OURS, CLOUD, CHROME) > 1


def test_invented_messages_count_for_nothing(world: World):
    """Anyone can ask for `/anything/hclick`; only messages that were sent say something."""
    world.hidden_link(OURS, CLOUD, CHROME, range(1_000), are_real=False)

    assert world.learned(OURS, CLOUD, CHROME) == 0


def test_asking_for_one_hidden_link_again_and_again_counts_once(world: World):
    for _ in range(1_000):
        world.hidden_link(OURS, CLOUD, CHROME, range(1))

    assert world.learned(OURS, CLOUD, CHROME) == 0


@pytest.mark.parametrize("ip", [CARRIER, HOME, "10.7.1.1", "10.1.1.1"])
def test_a_visitor_behind_a_shared_address_does_not_condemn_those_who_share_it(world: World, ip: str):
    """A carrier's address, a home, a web gateway and Apple's relay."""
    world.hidden_link(OURS, ip, ANDROID, range(500))

    assert not world.judge(OURS, ip, ANDROID, after=90).is_bot


def test_an_office_in_a_cloud_is_not_condemned_by_one_of_its_machines(world: World):
    for colleague in range(25):
        for day in range(3):
            world.learner.reputations.note(
                OURS.account_id,
                _things(CLOUD, CHROME),
                _seen_person(world.now + day * DAY, colleague),
            )
    world.hidden_link(OURS, CLOUD, CHROME, range(500))

    assert world.learned(OURS, CLOUD, CHROME) <= 1


def test_one_account_never_changes_another_ones_verdicts(world: World):
    world.hidden_link(THEIRS, CLOUD, CHROME, range(500))

    assert world.learned(THEIRS, CLOUD, CHROME) > 1
    assert world.learned(OURS, CLOUD, CHROME) == 0


def test_hidden_links_of_one_domain_say_nothing_at_once_about_another_ones_visitors(world: World):
    engine = Engine(FakeDatasets(), DetectionOptions(), lambda: SENT + 60)  # type: ignore[arg-type]
    for number in range(50):
        engine.visit(Honeypot(THEIRS.domain_id, f"m{number}", CLOUD, CHROME, SENT))
    click = Interaction("e", CLOUD, CHROME, recipient_id="r", message_id="m", ts=SENT + 20, message_ts=SENT)
    engine.observe(OURS, [click], SENT + 20)

    (verdict,) = engine.judge(OURS, [click], SENT + 20, {})

    assert not any(evidence.signal.startswith("honeypot") for evidence in verdict.evidence)


def test_two_accounts_with_a_domain_each_are_below_the_floor(world: World):
    world.hidden_link(THEIRS, CLOUD, CHROME, range(500))
    world.hidden_link(OTHERS, CLOUD, CHROME, range(500))

    assert world.learned(OURS, CLOUD, CHROME) == 0


def test_what_several_accounts_and_domains_saw_is_known_to_all(world: World):
    for domain_id in range(10, 16):
        world.hidden_link(Scope(domain_id % 3 + 2, domain_id), CLOUD, CHROME, range(30))

    assert world.learned(OURS, CLOUD, CHROME) > 1


def test_a_loud_account_counts_for_no_more_than_the_others_together(world: World):
    for domain_id in range(10, 14):
        world.hidden_link(Scope(2, domain_id), CLOUD, CHROME, range(500))
    world.hidden_link(Scope(3, 20), CLOUD, CHROME, range(1))

    assert world.learned(OURS, CLOUD, CHROME) < 0.2


def test_a_flood_of_one_domain_does_not_crowd_out_anothers_visits(world: World):
    world.learner.visit(Honeypot(OURS.domain_id, "m1-0", CLOUD, CHROME, world.now))
    for number in range(5_000):
        world.learner.visit(Honeypot(THEIRS.domain_id, f"x{number}", "10.4.9.9", CHROME, world.now))

    traps = world.learner._traps
    assert traps.newly_proven(OURS.domain_id, "m1-0")
    assert sum(bool(traps.newly_proven(THEIRS.domain_id, f"x{number}")) for number in range(5_000)) <= 2_000


def test_a_flood_of_invented_ids_crowds_out_no_visit_to_a_link_of_our_own_mail():
    book = VisitBook()
    book.note(Honeypot(1, "ours", CLOUD, CHROME, SENT, is_sealed=True))
    for number in range(150_000):
        address = f"10.9.{number % 250}.{number // 250 % 250}"
        book.note(Honeypot(1, f"x{number}", address, f"{CHROME}{number}", SENT + 1))

    click = Interaction("e", CLOUD, CHROME, recipient_id="r", message_id="ours", ts=SENT + 20)
    found = book.near(1, click, SENT + 20, SENT + 29 * 60)

    assert found.own_message == 20
    assert book.near(1, click, SENT + 20, SENT + 31 * 60) is Missing.UNAVAILABLE
    assert len(book._open.by_client) <= 50_000


def test_a_flood_of_invented_ids_from_some_blocks_crowds_out_no_visit_to_a_customers_honeypot():
    book = VisitBook()
    book.note(Honeypot(1, "ours", CLOUD, CHROME, SENT))
    for number in range(200_000):
        address = f"10.9.{number % 40}.{number // 40 % 250}"
        book.note(Honeypot(1, f"x{number}", address, f"{CHROME}{number}", SENT + 1))

    click = Interaction("e", CLOUD, CHROME, recipient_id="r", message_id="ours", ts=SENT + 20)
    found = book.near(1, click, SENT + 20, SENT + 29 * 60)

    assert (found.own_message, found.message) == (20, 20)


def test_visits_are_forgotten_after_half_an_hour(world: World):
    world.learner.visit(Honeypot(OURS.domain_id, "m1-0", CLOUD, CHROME, world.now))
    world.learner.visit(Honeypot(OURS.domain_id, "m1-1", CLOUD, CHROME, world.now + 1_801))

    assert world.learner._traps.newly_proven(OURS.domain_id, "m1-0") == []


def test_reading_at_home_for_days_buys_no_indulgence_for_sweeps(world: World):
    """A botnet may behave for a while: what it does then still outweighs what was learned."""
    for reader in range(30):
        world.returning_reader(OURS, HOME, CHROME, f"r{reader}")
    at = world.now + 4 * DAY
    engine = Engine(FakeDatasets(), DetectionOptions(), lambda: at + 60)  # type: ignore[arg-type]
    engine.learn(world.learner.conclusions(at)())
    sweep = [
        Interaction(f"e{n}", HOME, CHROME, recipient_id="x", message_id="m", ts=at + n / 10, link_id=f"l{n}")
        for n in range(6)
    ]
    engine.observe(OURS, sweep, at)

    assert all(verdict.is_bot for verdict in engine.judge(OURS, sweep, at, {}))


def readers_of(world: World, messages: range) -> None:
    """Have a reader at home follow a link of each of these messages of ours."""
    clicks = [
        Interaction(ip=HOME, uas=CHROME, message_id=f"m1-{n}", recipient_id=f"reader{n}", ts=SENT + n, message_ts=SENT)
        for n in messages
    ]
    world.learner.record(OURS, clicks, world.now)


def prior_of(world: World, scope: Scope) -> float:
    standing = world.learner.mixes.standings(world.now).get(scope.domain_id)
    return 0.0 if standing is None else standing.nats


def test_a_subscriber_who_follows_their_hidden_links_from_everywhere_moves_no_prior(world: World):
    """They get a mail of each mailing, however many addresses they come from."""
    readers_of(world, range(100, 1_000))
    for number in range(1_000):
        world.hidden_link(OURS, f"10.4.{number // 250}.{number % 250}", CHROME, range(10))

    assert prior_of(world, OURS) == 0


def test_invented_messages_move_no_prior(world: World):
    readers_of(world, range(10))
    world.hidden_link(OURS, CLOUD, CHROME, range(1_000), are_real=False)

    assert prior_of(world, OURS) == 0


def test_hidden_links_of_another_sender_move_no_prior(world: World):
    world.hidden_link(THEIRS, CLOUD, CHROME, range(1_000))

    assert prior_of(world, THEIRS) > 0
    assert prior_of(world, OURS) == 0


def test_whoever_owns_every_mailbox_moves_the_prior_by_half_a_nat(world: World):
    """Then half of what came to the mails is theirs, as far as anybody can tell."""
    for hour in range(60):
        world.now = SENT + hour * HOUR
        world.hidden_link(OURS, CLOUD, CHROME, range(hour * 100, hour * 100 + 100))

    assert prior_of(world, OURS) == pytest.approx(HIGHEST)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_the_most_that_can_be_said_against_a_sender_makes_none_of_their_people_a_bot(story):
    poisoned = Knowledge(mixes={SCOPE.domain_id: Standing(HIGHEST, 1e6, 0, 0)})

    verdicts = tell(story(), knowledge=poisoned)

    assert [why(verdict) for verdict in verdicts if verdict.is_bot] == []


def test_fast_clicks_at_home_make_a_senders_mail_pass_for_codes_and_excuse_no_sweep(world: World):
    """Codes that accomplices fetch at once, for weeks, before the scanner comes."""
    for number in range(200):
        at = world.now + number * 1_200
        code = Interaction(ip=HOME, uas=CHROME, message_id=f"c{number}", recipient_id="r", ts=at + 20, message_ts=at)
        world.learner.record(OURS, [code], at + 30)
    at = world.now + 4 * DAY
    engine = Engine(FakeDatasets(), DetectionOptions(), lambda: at + 60)  # type: ignore[arg-type]
    engine.learn(world.learner.conclusions(at)())
    sweep = [
        Interaction(f"e{n}", CLOUD, CHROME, recipient_id="x", message_id="m", ts=at + n / 10, message_ts=at - 40)
        for n in range(6)
    ]
    engine.observe(OURS, sweep, at)

    verdicts = engine.judge(OURS, sweep, at, {})

    assert all("early_is_usual" in {one.signal for one in verdict.evidence} for verdict in verdicts)
    assert all(verdict.is_bot for verdict in verdicts)


def _things(ip: str, uas: str) -> list[Thing]:
    return things_at(ip, uas, FakeDatasets().look_up(ip))


def _seen_person(at: float, person: int) -> Event:
    return Event(at=at, people=1.0, recipient=hash(("person", person)))
