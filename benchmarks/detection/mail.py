"""What is sent: campaigns, their links, and one delivery per recipient."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from benchmarks.detection import parameters
from benchmarks.detection.population import Reader, Recipient, awake

SENDER = "news.meridian-post.example"
DAY, HOUR = parameters.DAY, parameters.HOUR


class Kind(StrEnum):
    """Why a message was sent."""

    NEWSLETTER = "newsletter"
    OFFER = "offer"
    """Mail from a business to businesses."""
    TRANSACTIONAL = "transactional"
    """Codes, receipts and magic links that somebody waits for."""


class Link(StrEnum):
    """What a link in a message is for."""

    VIEW = "view"
    """View in browser: the first link of a newsletter."""
    CONTENT = "content"
    AD = "ad"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One mailing; a transactional one is a stream that sends all the time."""

    number: int
    kind: Kind
    links: tuple[Link, ...]
    start: float
    shared_message_id: bool

    def links_of(self, kind: Link) -> list[int]:
        """List the positions of the links of one kind."""
        return [place for place, link in enumerate(self.links) if link is kind]


@dataclass(slots=True)
class Delivery:
    """One message as it reached one recipient; times in unix seconds."""

    campaign: Campaign
    recipient: Recipient
    message_id: str
    sent_at: float
    delivered_at: float

    @property
    def reader(self) -> Reader:
        """The person who reads it; asked only where somebody does."""
        assert self.recipient.reader is not None, "nobody reads this mailbox"
        return self.recipient.reader

    @property
    def key(self) -> tuple[int, str]:
        """Tell this delivery from all others."""
        return self.campaign.number, self.recipient.id


@dataclass(slots=True)
class Post:
    """Everything that is sent in the world."""

    seed: int
    campaigns: dict[Kind, list[Campaign]]
    _deliveries: dict[tuple[int, str], Delivery] = field(default_factory=dict)

    @classmethod
    def plan(cls, rng: Random, seed: int) -> "Post":
        """Plan the campaigns of all weeks, on working days between 6 and 15 UTC."""
        campaigns: dict[Kind, list[Campaign]] = {kind: [] for kind in Kind}
        weekly = (Kind.NEWSLETTER,) * parameters.NEWSLETTERS_PER_WEEK + (Kind.OFFER,) * parameters.OFFERS_PER_WEEK
        for week in range(parameters.WEEKS):
            for day, kind in enumerate(rng.sample(weekly, len(weekly))):
                start = parameters.START + (week * 7 + day) * DAY + rng.uniform(6, 15) * HOUR
                campaigns[kind].append(_campaign(rng, sum(map(len, campaigns.values())), kind, start))
        for _ in range(3):
            number = sum(map(len, campaigns.values()))
            campaigns[Kind.TRANSACTIONAL].append(_campaign(rng, number, Kind.TRANSACTIONAL, parameters.START))
        return cls(seed, campaigns)

    def deliver(self, campaign: Campaign, recipient: Recipient) -> Delivery:
        """Send `campaign` to `recipient`, once: asking again answers the same delivery."""
        key = (campaign.number, recipient.id)
        known = self._deliveries.get(key)
        if known is None:
            # An own source of chance per delivery keeps it the same whoever asks first.
            rng = Random((self.seed << 64) ^ (campaign.number << 40) ^ recipient.number)
            if campaign.kind is Kind.TRANSACTIONAL:
                sent = _asked_for_at(rng, campaign, recipient)
            else:
                sent = campaign.start + (recipient.domain.turn + rng.uniform(0, 0.002)) * parameters.SEND_SPREAD
            sent = round(sent, 3)
            own = "" if campaign.shared_message_id else f".{rng.getrandbits(48):012x}"
            message_id = f"{campaign.kind}-{campaign.number:03d}{own}@{SENDER}"
            known = Delivery(campaign, recipient, message_id, sent, round(sent + parameters.TRANSFER.draw(rng), 3))
            self._deliveries[key] = known
        return known


def _asked_for_at(rng: Random, campaign: Campaign, recipient: Recipient) -> float:
    """Draw when somebody asked for a transactional message, which people do while awake."""
    offset = recipient.reader.utc_offset_hours if recipient.reader else 0.0
    while True:
        at = campaign.start + rng.uniform(0, (parameters.WEEKS * 7 - 1) * DAY)
        if awake(rng, at, offset):
            return at


def _campaign(rng: Random, number: int, kind: Kind, start: float) -> Campaign:
    if kind is Kind.TRANSACTIONAL:
        return Campaign(number, kind, (Link.CONTENT,) * rng.randint(*parameters.TRANSACTIONAL_LINKS), start, False)
    count = rng.randint(*(parameters.NEWSLETTER_LINKS if kind is Kind.NEWSLETTER else parameters.OFFER_LINKS))
    links = [Link.VIEW, *(Link.CONTENT for _ in range(count - 2)), Link.UNSUBSCRIBE]
    if kind is Kind.NEWSLETTER:
        for place in rng.sample(range(1, count - 1), parameters.AD_LINKS):
            links[place] = Link.AD
    return Campaign(number, kind, tuple(links), start, rng.random() < parameters.SHARED_MESSAGE_ID)
