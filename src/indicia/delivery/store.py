"""Attempts, held destinations and MTA-STS policies as rows. Every write is a step of a transaction."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from indicia.delivery.model import JOB_KIND, Bounced, Deferred, Delivered, Outcome, Report, Terms
from indicia.domains.model import DomainState
from indicia.mail.mta_sts import Mode, Policy
from indicia.messages.model import RecipientState
from indicia.storage.database import Database, Statement, Steps

_UNCERTAIN = "uncertain"
_SETTLED = "settled"


class KeptPolicy(NamedTuple):
    """A fetched MTA-STS policy; `expires_at` is in unix seconds."""

    policy_id: str
    policy: Policy
    expires_at: float


class PastAttempts(NamedTuple):
    """What is known of earlier attempts at one recipient.

    Attributes:
        made: How many there were, the interrupted one included.
        was_uncertain: One of them may have been taken by the receiver.
        interrupted: The row of the one that was never settled.
    """

    made: int
    was_uncertain: bool
    interrupted: int | None


class AttemptRow(NamedTuple):
    """One attempt as it is shown; times are unix seconds."""

    number: int
    started_at: float
    settled_at: float | None
    outcome: str
    code: int | None
    enhanced: str
    bounce_class: str
    description: str
    mx_host: str
    mx_ip: str
    tls: str
    dialogue: str


class WaitingCopy(NamedTuple):
    """A copy that waits or is under way; times are unix seconds, `last_answer` is empty before the first attempt."""

    message_id: str
    recipient: str
    accepted_at: float
    due_at: float
    is_under_way: bool
    attempts: int
    last_answer: str


def begin_uncertainty(recipient_id: int, number: int, started_at: float) -> Steps[int]:
    """Note that the receiver may have the message from now on; answer the attempt's row."""
    rows = yield Statement(
        "INSERT INTO attempts (recipient_id, number, phase, started_at) VALUES ($1, $2, $3, $4) RETURNING id",
        (recipient_id, number, _UNCERTAIN, started_at),
    )
    return cast(int, rows[0][0])


def settle_attempt(row: int | None, recipient_id: int, number: int, report: Report, now: float) -> Steps[None]:
    """Store how an attempt ended: in the `row` that `begin_uncertainty` made, or in a new one."""
    ending = _ending(report)
    if row is None:
        yield Statement(
            """
            INSERT INTO attempts (recipient_id, number, phase, started_at, settled_at,
                outcome, code, enhanced, bounce_class, description, mx_host, mx_ip, tls, dialogue)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """,
            (recipient_id, number, _SETTLED, now - report.took_seconds, now, *ending),
        )
        return
    yield Statement(
        """
        UPDATE attempts SET phase = $1, settled_at = $2, outcome = $3, code = $4, enhanced = $5, bounce_class = $6,
            description = $7, mx_host = $8, mx_ip = $9, tls = $10, dialogue = $11
        WHERE id = $12
        """,
        (_SETTLED, now, *ending, row),
    )


async def past_attempts(database: Database, recipient_id: int) -> PastAttempts:
    """Answer what is known of earlier attempts at a recipient."""
    rows = await database.fetch(
        """
        SELECT count(*), COALESCE(max(phase = $2 OR outcome = $2), 0), max(CASE WHEN phase = $2 THEN id END)
        FROM attempts WHERE recipient_id = $1
        """,
        recipient_id,
        _UNCERTAIN,
    )
    made, was_uncertain, interrupted = cast("tuple[int, int, int | None]", rows[0])
    return PastAttempts(made, bool(was_uncertain), interrupted)


async def attempts_of(database: Database, recipient_id: int) -> list[AttemptRow]:
    """Answer a recipient's attempts, the first made first."""
    rows = await database.fetch(
        """
        SELECT number, started_at, settled_at, COALESCE(outcome, phase), code, COALESCE(enhanced, ''),
            COALESCE(bounce_class, ''), COALESCE(description, ''), COALESCE(mx_host, ''), COALESCE(mx_ip, ''),
            COALESCE(tls, ''), COALESCE(dialogue, '')
        FROM attempts WHERE recipient_id = $1 ORDER BY id
        """,
        recipient_id,
    )
    return [
        AttemptRow(*cast("tuple[int, float, float | None, str, int | None, str, str, str, str, str, str, str]", row))
        for row in rows
    ]


def forget_attempts(before: float) -> Steps[None]:
    """Delete attempts begun before `before` of recipients for whom nothing waits any more."""
    yield Statement(
        """
        DELETE FROM attempts WHERE started_at < $1 AND phase = $2 AND NOT EXISTS (
            SELECT 1 FROM recipients WHERE recipients.id = attempts.recipient_id AND recipients.state = $3
        )
        """,
        (before, _SETTLED, RecipientState.QUEUED.value),
    )


async def expired_recipients(database: Database, before: float, limit: int) -> list[int]:
    """Answer up to `limit` recipients that still wait although they expired before `before`."""
    rows = await database.fetch(
        "SELECT id FROM recipients WHERE state = 'queued' AND expires_at < $1 ORDER BY expires_at LIMIT $2",
        before,
        limit,
    )
    return [cast(int, row[0]) for row in rows]


async def terms_of(database: Database, domain_id: int) -> Terms | None:
    """Answer what a sending domain's mail is subject to."""
    rows = await database.fetch(
        "SELECT state, name, limit_messages, limit_seconds, relay_sealed FROM domains WHERE id = $1", domain_id
    )
    if not rows:
        return None
    state, *terms = cast("tuple[str, str, int, int, bytes | None]", rows[0])
    return Terms(*cast("tuple[str, int, int, bytes | None]", terms), is_disabled=state == DomainState.DISABLED)


def set_relay(domain_id: int, sealed: bytes | None) -> Steps[None]:
    """Send a domain's mail through its own relay from now on, or no longer."""
    yield Statement("UPDATE domains SET relay_sealed = $1 WHERE id = $2", (sealed, domain_id))


def set_limit(domain_id: int, messages: int, seconds: int) -> Steps[None]:
    """Let a domain send so many messages in every so many seconds; 0 is no limit."""
    yield Statement(
        "UPDATE domains SET limit_messages = $1, limit_seconds = $2 WHERE id = $3", (messages, seconds, domain_id)
    )


async def held_lanes(database: Database) -> dict[str, str]:
    """Answer the recipients' domains whose mail is held back, and why."""
    return dict(cast("list[tuple[str, str]]", await database.fetch("SELECT lane, reason FROM held_destinations")))


async def waiting_copies(database: Database, lane: str, limit: int) -> list[WaitingCopy]:
    """Answer up to `limit` copies that wait or are under way in a lane, the next due first."""
    rows = await database.fetch(
        """
        SELECT messages.message_id, recipients.address, jobs.created_at, jobs.due_at, jobs.lease IS NOT NULL,
            (SELECT count(*) FROM attempts WHERE recipient_id = recipients.id),
            COALESCE((SELECT description FROM attempts WHERE recipient_id = recipients.id ORDER BY id DESC LIMIT 1), '')
        FROM jobs
        JOIN recipients ON recipients.id = CAST(CAST(jobs.payload AS TEXT) AS BIGINT)
        JOIN messages ON messages.id = recipients.message_id
        WHERE jobs.kind = $1 AND jobs.lane = $2 ORDER BY jobs.due_at LIMIT $3
        """,
        JOB_KIND,
        lane,
        limit,
    )
    found = cast("list[tuple[str, str, float, float, int, int, str]]", rows)
    return [WaitingCopy(*row[:4], bool(row[4]), *row[5:]) for row in found]


async def recipient_rows(database: Database, message_id: str, canonical: str) -> list[int]:
    """Answer the recipients of that canonical address of the messages of that Message-ID."""
    rows = await database.fetch(
        """
        SELECT recipients.id FROM messages JOIN recipients ON recipients.message_id = messages.id
        WHERE messages.message_id = $1 AND recipients.canonical = $2
        """,
        message_id,
        canonical,
    )
    return [cast(int, row[0]) for row in rows]


def hold_lane(lane: str, reason: str, now: float) -> Steps[None]:
    """Hold back the mail to a domain."""
    yield Statement(
        """
        INSERT INTO held_destinations (lane, held_at, reason) VALUES ($1, $2, $3)
        ON CONFLICT (lane) DO UPDATE SET reason = $3
        """,
        (lane, now, reason),
    )


def release_lane(lane: str) -> Steps[bool]:
    """Let the mail to a domain go; answer whether it was held."""
    return bool((yield Statement("DELETE FROM held_destinations WHERE lane = $1 RETURNING lane", (lane,))))


async def kept_policy(database: Database, domain: str) -> KeptPolicy | None:
    """Answer the MTA-STS policy that was last fetched for a domain."""
    rows = await database.fetch(
        "SELECT policy_id, mode, patterns, expires_at FROM mta_sts_policies WHERE domain = $1", domain
    )
    if not rows:
        return None
    policy_id, mode, patterns, expires_at = cast("tuple[str, str, str, float]", rows[0])
    return KeptPolicy(policy_id, Policy(Mode(mode), tuple(patterns.split()), 0), expires_at)


def keep_policy(domain: str, kept: KeptPolicy) -> Steps[None]:
    """Store a fetched MTA-STS policy in place of the one before."""
    yield Statement(
        """
        INSERT INTO mta_sts_policies (domain, policy_id, mode, patterns, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (domain) DO UPDATE SET policy_id = $2, mode = $3, patterns = $4, expires_at = $5
        """,
        (domain, kept.policy_id, kept.policy.mode.value, " ".join(kept.policy.patterns), kept.expires_at),
    )


def _ending(report: Report) -> Sequence[str | int | None]:
    outcome = report.outcome
    name = _name(outcome)
    bounce_class = "" if isinstance(outcome, Delivered) else outcome.bounce_class.value
    tls = "" if report.tls is None else f"{report.tls.version} {report.tls.cipher}"
    status = outcome.status
    where = report.mx_host, report.mx_ip, tls, report.dialogue
    return name, status.code, status.enhanced, bounce_class, status.description, *where


def _name(outcome: Outcome) -> str:
    match outcome:
        case Delivered():
            return "delivered"
        case Deferred(is_uncertain=True):
            return _UNCERTAIN
        case Deferred():
            return "deferred"
        case Bounced():
            return "bounced"
