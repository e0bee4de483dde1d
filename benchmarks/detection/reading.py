"""How people read mail: when they open, what they click, and from where."""

from collections.abc import Sequence
from random import Random

from benchmarks.detection import parameters
from benchmarks.detection.curves import Curve
from benchmarks.detection.mail import Delivery, Kind
from benchmarks.detection.population import Reader, awake
from benchmarks.detection.stage import Interaction, Part, Stage, Story, Visitor, some_links

# Families of opens by mail program, and whose image proxy fetches for the person ("": the program does itself).
OPENERS = {
    "gmail_image_open": "google",
    "yahoo_image_open": "yahoo",
    "outlook_web_open": "outlook",
    "outlook_desktop_open": "",
    "thunderbird_open": "",
    "apple_mail_open": "",
}


def person_time(rng: Random, delivery: Delivery, curve: Curve, reader: Reader | None = None) -> float:
    """Draw when its reader (or another) gets to a message: later at weekends, hardly ever asleep."""
    offset = (reader or delivery.reader).utc_offset_hours
    for _ in range(8):
        delay = curve.draw(rng)
        # 1 January 1970 was a Thursday, so days 2 and 3 of each such week are the weekend.
        weekend = int(delivery.sent_at // parameters.DAY) % 7 in (2, 3)
        if weekend and delivery.campaign.kind is not Kind.TRANSACTIONAL:
            delay *= parameters.WEEKEND_FACTOR
        at = delivery.sent_at + delay
        if awake(rng, at, offset):
            break
    return max(at, delivery.delivered_at + rng.uniform(*parameters.REACTION))


def visitor_at(stage: Stage, rng: Random, reader: Reader, at: float) -> Visitor:
    """Show a person as the web sees them at `at`."""
    return Visitor(reader.line.address(at, rng), stage.agents.write(reader.agent, at), reader.language)


def open_by(stage: Stage, rng: Random, delivery: Delivery, at: float, ip: str = "") -> Interaction:
    """Load the message's image the way the reader's mail program does, which must be one of `OPENERS`."""
    reader = delivery.reader
    # The choice follows the recipient, so that one person keeps one mail program.
    uas = Random(delivery.recipient.number).choice(stage.agents.named(reader.client))
    proxy = OPENERS[reader.client]
    if proxy:
        ip = stage.networks.sample(rng, proxy).address(rng.getrandbits(40))
    return Interaction(reader.client, delivery, Visitor(ip or reader.line.address(at, rng), uas), "open", at)


def session(
    stage: Stage,
    part: Part,
    delivery: Delivery,
    *,
    places: Sequence[int],
    at: float,
    gap: Curve = parameters.LINK_GAP,
) -> Story:
    """Follow `places` from `at` on, one every `gap`, and show the open where the mail program makes one."""
    rng, client = part.rng, delivery.reader.client
    visitor = visitor_at(stage, rng, delivery.reader, at)
    story: Story = []
    if client in OPENERS and stage.wants(client) and stage.claim(client, delivery):
        lead = parameters.OPEN_BEFORE_CLICK.draw(rng)
        click_first = rng.random() < parameters.CLICK_FIRST_SHARE
        opened_at = at + lead if click_first else max(at - lead, delivery.delivered_at + 1)
        story.append(open_by(stage, rng, delivery, opened_at, visitor.ip))
    for place in places:
        story.append(Interaction(part.family.name, delivery, visitor, "click", at, place))
        at += gap.draw(rng)
    return story


def usual_session(stage: Stage, part: Part, delivery: Delivery) -> Story:
    """Read one message the way most people do: hours later, one link, seldom more."""
    waits = delivery.campaign.kind is Kind.TRANSACTIONAL
    at = person_time(part.rng, delivery, parameters.OTP_DELAY if waits else parameters.CLICK_DELAY)
    draw = part.rng.random()
    places = some_links(part.rng, delivery, 1 + sum(draw > below for below in parameters.AT_MOST_LINKS))
    return session(stage, part, delivery, places=places, at=at)
