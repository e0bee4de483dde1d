"""The words of bot detection: an interaction comes in, evidence is weighed, a verdict goes out."""

from enum import StrEnum

import msgspec


class Action(StrEnum):
    """What the recipient, or a machine in their name, did."""

    OPEN = "open"
    CLICK = "click"


class Interaction(msgspec.Struct, gc=False):
    """One open or click, validated and normalised.

    `ip` is canonical text, times are unix seconds, `uas` is "" where the client sent no User-Agent. None means that
    the field was not posted.
    """

    event_id: str = ""
    ip: str | None = None
    uas: str | None = None
    action: Action = Action.CLICK
    domain: str | None = None
    recipient_id: str | None = None
    message_id: str | None = None
    ts: float | None = None
    message_ts: float | None = None
    delivered_ts: float | None = None
    url: str | None = None
    link_id: str | None = None
    method: str | None = None
    headers: dict[str, str] | None = None


class Scope(msgspec.Struct, frozen=True, gc=False):
    """Whose interactions these are: recipients are known per domain, networks per account."""

    account_id: int
    domain_id: int


class Honeypot(msgspec.Struct, frozen=True, gc=False):
    """One visit to a message's hidden link; `is_sealed` says that it was one which nobody but us can have made."""

    domain_id: int
    message_id: str
    ip: str
    uas: str
    ts: float
    is_sealed: bool = False


class Category(StrEnum):
    """What kind of visitor the evidence points to."""

    SECURITY_SCANNER = "security_scanner"
    PRIVACY_PROXY = "privacy_proxy"
    MAIL_PREFETCH = "mail_prefetch"
    LINK_PREVIEW = "link_preview"
    CRAWLER = "crawler"
    AUTOMATION = "automation"
    BOTNET = "botnet"
    UNKNOWN_BOT = "unknown_bot"
    HUMAN = "human"


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What a rule concluded, not yet weighed.

    `signal` is a row of the table in `verdict`; `measure` is where on that row's curve this case lies (its unit is
    the row's). `sentence` is a format string for `values`, often the signals themselves: it is only put together when
    someone asks why.
    """

    signal: str
    sentence: str
    values: tuple[object, ...] = ()
    measure: float = 0.0


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """A finding and what it weighed in the end, in nats of log-odds; above zero speaks for a bot.

    `uncapped` is what it would have weighed by itself, where the cap on its group, or on all that speaks for a person,
    took something off.
    """

    signal: str
    weight: float
    sentence: str
    values: tuple[object, ...] = ()
    uncapped: float | None = None

    @property
    def because(self) -> str:
        """The reason in one sentence for a person."""
        return self.sentence.format(*self.values)


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """Whether a machine did it, how sure that is, and why; `evidence` is ordered by weight, strongest first."""

    is_bot: bool
    probability: float
    category: Category
    evidence: tuple[Evidence, ...]
