"""People told apart by what they do: habits that naive rules mistake for a machine's."""

from collections.abc import Iterator

from benchmarks.detection import parameters
from benchmarks.detection.mail import Kind
from benchmarks.detection.population import Recipient
from benchmarks.detection.reading import open_by, person_time, session, usual_session, visitor_at
from benchmarks.detection.stage import Act, Family, Interaction, Part, Stage, Story, TrapHit, some_links

_ORDINARY = ("home_broadband", "mobile_carrier", "office_nat", "private_relay", "mobile_cgnat")
_SHARED_ADDRESS = ("mobile_cgnat", "office_nat", "secure_web_gateway", "private_relay", "university")


def _readers(stage: Stage, habitats: tuple[str, ...]) -> list[Recipient]:
    return [one for habitat in habitats for one in stage.population.readers[habitat]]


def _otp_reader(stage: Stage, part: Part) -> Iterator[Story]:
    recipients, rng = _readers(stage, _ORDINARY), part.rng
    while True:
        delivery = stage.fresh_delivery(part, recipients, (Kind.TRANSACTIONAL,))
        at = person_time(rng, delivery, parameters.OTP_DELAY)
        yield session(stage, part, delivery, places=some_links(rng, delivery, 1), at=at)


def _double_clicker(stage: Stage, part: Part) -> Iterator[Story]:
    recipients, rng = _readers(stage, _ORDINARY), part.rng
    while True:
        story = usual_session(stage, part, stage.fresh_delivery(part, recipients))
        again = next(one for one in story if isinstance(one, Interaction) and one.action == "click")
        at = again.at
        for _ in range(rng.choice((1, 1, 2))):
            at += rng.uniform(*parameters.DOUBLE_CLICK_GAP)
            story.append(Interaction(again.family, again.delivery, again.visitor, "click", at, again.link))
        yield story


def _three_links_reader(stage: Stage, part: Part) -> Iterator[Story]:
    recipients, rng = _readers(stage, _ORDINARY), part.rng
    while True:
        delivery = stage.fresh_delivery(part, recipients, (Kind.NEWSLETTER,))
        at = person_time(rng, delivery, parameters.CLICK_DELAY)
        yield session(
            stage,
            part,
            delivery,
            places=some_links(rng, delivery, 3),
            at=at,
            gap=parameters.QUICK_LINK_GAP,
        )


def _power_reader(stage: Stage, part: Part) -> Iterator[Story]:
    everybody, rng = _readers(stage, _ORDINARY), part.rng
    keen = rng.sample(everybody, max(2, round(len(everybody) * parameters.POWER_READERS)))
    while True:
        delivery = stage.fresh_delivery(part, keen, (Kind.NEWSLETTER,))
        at = person_time(rng, delivery, parameters.CLICK_DELAY)
        places = some_links(rng, delivery, rng.randint(*parameters.POWER_LINKS))
        yield session(stage, part, delivery, places=places, at=at)


def _late_night_reader(stage: Stage, part: Part) -> Iterator[Story]:
    recipients, rng = _readers(stage, _ORDINARY), part.rng
    while True:
        delivery = stage.fresh_delivery(part, recipients, (Kind.NEWSLETTER,))
        # The next time the reader's clock shows a night hour after the mail came.
        offset = delivery.reader.utc_offset_hours * parameters.HOUR
        midnight = ((delivery.sent_at + offset) // parameters.DAY + 1) * parameters.DAY - offset
        hour = rng.choice(parameters.NIGHT_HOURS)
        at = midnight + (hour + rng.random()) * parameters.HOUR
        if at < delivery.sent_at + parameters.MINUTE:
            at += parameters.DAY
        yield session(stage, part, delivery, places=some_links(rng, delivery, 1), at=at)


def _forwarded_reader(stage: Stage, part: Part) -> Iterator[Story]:
    """Others click the links of a mail that was sent on to them: new networks and devices for that recipient."""
    recipients, rng = _readers(stage, _ORDINARY), part.rng
    while True:
        delivery = stage.fresh_delivery(part, recipients)
        story: Story = []
        for _ in range(rng.randint(*parameters.FORWARDED_TO)):
            colleague = stage.post.deliver(delivery.campaign, rng.choice(recipients)).reader
            at = person_time(rng, delivery, parameters.CLICK_DELAY, colleague) + rng.uniform(60, parameters.DAY)
            visitor = visitor_at(stage, rng, colleague, at)
            story.append(Interaction(part.family.name, delivery, visitor, "click", at, some_links(rng, delivery, 1)[0]))
        yield story


def _human_after_scanner(stage: Stage, part: Part) -> Iterator[Story]:
    """Read a message that a scanner has walked before."""
    scanned = [delivery for delivery in stage.scanned if delivery.recipient.reader is not None]
    while True:
        yield usual_session(stage, part, part.rng.choice(scanned))


def _honeypot_tap(stage: Stage, part: Part) -> Iterator[Story]:
    recipients, rng = _readers(stage, _SHARED_ADDRESS), part.rng
    while True:
        story = usual_session(stage, part, stage.fresh_delivery(part, recipients))
        click = next(one for one in story if isinstance(one, Interaction) and one.action == "click")
        story.append(TrapHit(click.delivery, click.visitor, click.at - rng.uniform(*parameters.MISSED_TAP)))
        yield story


def _opener(stage: Stage, part: Part) -> Iterator[Story]:
    """Open without a click, in the mail program that has the family's name."""
    rng, name = part.rng, part.family.name
    recipients = [one for one in stage.population.recipients if one.reader and one.reader.client == name]
    while True:
        delivery = stage.fresh_delivery(part, recipients)
        yield [open_by(stage, rng, delivery, person_time(rng, delivery, parameters.OPEN_DELAY))]


MANNERS = (
    Family(
        "otp_reader", False, Act.READING, ("click",),
        "Waits for a code or a magic link and clicks it 20 to 60 seconds after it was"
        " sent.", ("notes",), 0.008, _otp_reader,
    ),
    Family(
        "double_clicker", False, Act.READING, ("click",),
        "Clicks the same link two or three times within a second.", ("mkt2", "notes"), 0.006, _double_clicker,
    ),
    Family(
        "three_links_reader", False, Act.READING, ("click",),
        "Opens three links of one mail within a minute.", ("suped4", "notes"), 0.006, _three_links_reader,
    ),
    Family(
        "power_reader", False, Act.READING, ("click",),
        "Clicks several links of nearly every issue.", ("webb", "notes"), 0.01, _power_reader,
    ),
    Family(
        "late_night_reader", False, Act.READING, ("click",),
        "Reads between eleven at night and four in the morning.", ("notes",), 0.004, _late_night_reader,
    ),
    Family(
        "forwarded_reader", False, Act.READING, ("click",),
        "Clicks in a mail that somebody sent on, from a network and device the recipient never"
        " used.", ("gophish2565",), 0.004,
        _forwarded_reader,
    ),
    Family(
        "human_after_scanner", False, Act.READING, ("click",),
        "Reads a message that a scanner has walked before.", ("mautic9798", "notes"), 0.008, _human_after_scanner,
    ),
    Family(
        "honeypot_tap", False, Act.READING, ("click",),
        "Taps the hidden link by accident, on an address that many share, and then the intended"
        " one.", ("groupvalet",), 0.002,
        _honeypot_tap,
    ),
)  # fmt: skip
OPENS = tuple(
    Family(name, False, Act.READING, ("open",), sentence, sources, share, _opener)
    for name, sentence, sources, share in (
        ("gmail_image_open", "Opens in Gmail: Google's image proxy fetches.", ("scientia", "warmbly"), 0.11),
        ("yahoo_image_open", "Opens in Yahoo or AOL mail: Yahoo's proxy fetches.", ("yahoo1", "yahoo2"), 0.03),
        ("outlook_web_open", "Opens in Outlook on the web: Microsoft's proxy fetches.", ("gh-ua", "warmbly569"), 0.04),
        ("outlook_desktop_open", "Opens in Outlook on a desktop, which fetches itself.", ("gh-ua", "warmbly412"), 0.04),
        ("thunderbird_open", "Opens in Thunderbird, which fetches itself.", ("anymail",), 0.015),
        ("apple_mail_open", "Opens in Apple Mail without Mail Privacy Protection.", ("medama",), 0.025),
    )
)
