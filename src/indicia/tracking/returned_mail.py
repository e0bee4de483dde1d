"""Acts on mail that comes back to addresses of ours: bounces, complaints, unsubscribes. Forged ones change nothing.

Every fact is stored once, in one transaction with its event; the same report again changes nothing.
"""

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.domains.registry import DomainRegistry
from indicia.events.log import EventLog
from indicia.events.model import Event, EventType, Severity
from indicia.events.store import has_failed_for_now
from indicia.mail.address import Address, parse_one
from indicia.mail.arf import FeedbackReport
from indicia.mail.bounces import HARD, NO_SUCH_MAILBOX, BounceClass, classify
from indicia.mail.dsn import DeliveryReport
from indicia.mail.replies import Reply
from indicia.mail.returned import Returned, ReturnedKind, understand
from indicia.mail.verp import OurAddress, Purpose
from indicia.messages.destinations import Destinations
from indicia.messages.event_data import event_about
from indicia.messages.model import Message, Recipient, Showing
from indicia.messages.store import copies_of_rows, delivered_at_of_rows, fail_delivered
from indicia.storage.database import Database, Steps
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import SuppressionType
from indicia.tracking.keys import Keyring
from indicia.tracking.opt_outs import OptOuts
from indicia.tracking.return_paths import WHOLE_DOMAIN, ReturnPaths, authenticate
from indicia.tracking.return_paths import Returned as Subject

log = get_logger()

_MOST_SUBJECTS = 5


class ReturnedMail:
    """Where the inbound listener leaves messages."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        *,
        domains: DomainRegistry,
        suppressions: Suppressions,
        events: EventLog,
        destinations: Destinations,
        opt_outs: OptOuts,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._domains = domains
        self._suppressions = suppressions
        self._events = events
        self._destinations = destinations
        self._opt_outs = opt_outs
        self._clock = clock
        self._return_paths = ReturnPaths(keyring.sealing)

    async def receive(self, address: OurAddress, content: bytes) -> None:
        """Act on a message to one of our addresses; whatever cannot be understood is dropped.

        Raises:
            StorageError: Nothing is stored.
        """
        subject = await authenticate(self._keyring, address)
        if subject is None:
            return
        returned = understand(content)
        log.info("mail.returned", purpose=address.purpose, kind=returned.kind, domain=address.domain)
        if returned.kind is ReturnedKind.COMPLAINT and returned.feedback is not None:
            await self._complain(subject, returned.feedback)
        elif returned.kind is ReturnedKind.BOUNCE and returned.report is not None:
            if address.purpose is Purpose.BOUNCE:
                await self._bounce(subject, returned.report)
        elif returned.kind is ReturnedKind.DELAY and returned.report is not None:
            if address.purpose is Purpose.BOUNCE:
                await self._delay(subject, returned.report)
        elif address.purpose is Purpose.UNSUBSCRIBE and _is_a_wish(returned):
            await self._opt_out(subject, "mail to the unsubscribe address")

    async def _complain(self, subject: Subject, feedback: FeedbackReport) -> None:
        about = await self._subject_of(subject, feedback)
        if about is None:
            return
        if feedback.feedback_type == "opt-out":
            await self._opt_out(about, "opt-out reported by the mailbox provider")
            return
        copy = await self._copy(about)
        if copy is None:
            return
        message, recipient, mailbox = copy
        told = {"feedback-type": feedback.feedback_type, "user-agent": feedback.user_agent}
        event = event_about(message, recipient, EventType.COMPLAINED, self._clock(), {"complaint": told})
        reason = f"complaint ({feedback.feedback_type})"
        await self._database.run(self._suppress(recipient.domain_id, mailbox, reason, event))
        self._events.announce()

    async def _subject_of(self, subject: Subject, feedback: FeedbackReport) -> Subject | None:
        """Answer whose complaint it is: the address's own recipient, or one that the report authentically names."""
        if subject.recipient_id != WHOLE_DOMAIN:
            return subject
        for address in feedback.subjects[:_MOST_SUBJECTS]:
            named = await authenticate(self._keyring, address)
            if named is not None and named.domain == subject.domain and named.recipient_id != WHOLE_DOMAIN:
                return named
        return None

    async def _opt_out(self, subject: Subject, how: str) -> None:
        await self._opt_outs.opt_out(subject.domain, subject.recipient_id, None, how=how)

    async def _bounce(self, subject: Subject, report: DeliveryReport) -> None:
        copy = await self._copy(subject)
        if copy is None:
            return
        message, recipient, mailbox = copy
        # The server gave up, for good or after trying for too long.
        reason = "bounce" if report.is_permanent else "old"
        event = self._failure(message, recipient, subject, report, Severity.PERMANENT, reason)
        bounce_class = _bounce_class(report)
        if report.is_permanent and bounce_class in HARD:
            is_nobodys = bounce_class in NO_SUCH_MAILBOX
            steps = self._fail_for_good(mailbox, recipient, event, report.diagnostic, is_nobodys=is_nobodys)
        else:
            steps = self._fail(recipient, event)
        await self._database.run(steps)
        self._events.announce()

    async def _delay(self, subject: Subject, report: DeliveryReport) -> None:
        copy = await self._copy(subject)
        delivered = await delivered_at_of_rows(self._database, [subject.recipient_id])
        if copy is None or subject.recipient_id not in delivered:
            return
        message, recipient, _ = copy
        event = self._failure(message, recipient, subject, report, Severity.TEMPORARY, "delayed")
        await self._database.run(self._delayed(event, since=delivered[subject.recipient_id]))
        self._events.announce()

    def _delayed(self, event: Event, *, since: float) -> Steps[None]:
        # Servers warn again and again, in words of their own. The first time is news.
        if not (yield from has_failed_for_now(event.domain_id, event.message_id, event.recipient, since)):
            yield from self._events.append([event])

    def _failure(
        self,
        message: Message,
        recipient: Recipient,
        subject: Subject,
        report: DeliveryReport,
        severity: Severity,
        reason: str,
    ) -> Event:
        # How soon it tries again another server does not say; the field is there for who reads it without asking.
        retries = {"retry-seconds": 0} if severity is Severity.TEMPORARY else {}
        details: dict[str, object] = {
            "delivery-status": {
                "attempt-no": 1,
                "bounce-class": _bounce_class(report).value,
                "code": report.code or (550 if report.is_permanent else 450),
                "description": report.diagnostic,
                "enhanced-code": report.status or None,
                "message": [report.diagnostic],
                "mx-host": report.remote_mta or None,
                "mx-ip": None,
                "session-seconds": 0,
                "tls": False,
                **retries,
            },
            "envelope": {
                "sender": self._return_paths.return_path(subject.domain, subject.recipient_id),
                "sending-ip": None,
                "targets": recipient.address,
                "transport": "smtp",
            },
            "reason": reason,
        }
        return event_about(message, recipient, EventType.FAILED, self._clock(), details, severity=severity)

    async def _copy(self, subject: Subject) -> tuple[Message, Recipient, Address] | None:
        """Find the copy that an authentic address is about; None where it is forgotten."""
        domain = await self._domains.named(subject.domain)
        copies = await copies_of_rows(self._database, [subject.recipient_id])
        if domain is None or subject.recipient_id not in copies:
            return None
        message, recipient = copies[subject.recipient_id]
        mailbox = parse_one(recipient.address)
        return None if recipient.domain_id != domain.id or mailbox is None else (message, recipient, mailbox)

    def _fail(self, recipient: Recipient, event: Event) -> Steps[bool]:
        if not (yield from fail_delivered(recipient.id, event.happened_at)):
            return False
        yield from self._events.append([event])
        return True

    def _fail_for_good(
        self, mailbox: Address, recipient: Recipient, event: Event, reason: str, *, is_nobodys: bool
    ) -> Steps[bool]:
        if not (yield from self._fail(recipient, event)):
            return False
        domain_id = recipient.domain_id
        # Another copy to the same mailbox tells nothing more about its domain.
        if is_nobodys and not (yield from self._suppressions.among(domain_id, [mailbox.canonical])):
            where, when = mailbox.ascii_domain, event.happened_at
            yield from self._destinations.note(domain_id, where, Showing.CAME_BACK, when)
        yield from self._suppressions.add(domain_id, mailbox, SuppressionType.BOUNCE, reason)
        return True

    def _suppress(self, domain_id: int, mailbox: Address, reason: str, event: Event) -> Steps[None]:
        if (yield from self._suppressions.add_new(domain_id, mailbox, SuppressionType.COMPLAINT, reason)):
            yield from self._events.append([event])


def _is_a_wish(returned: Returned) -> bool:
    """Tell a person's mail, or a provider's in their name, from what servers send by themselves."""
    return returned.kind is ReturnedKind.OTHER and returned.feedback is None


def _bounce_class(report: DeliveryReport) -> BounceClass:
    words = f"{report.status} {report.diagnostic}".strip()
    code = report.code or (550 if report.is_permanent else 450)
    if report.status and report.status[0] != str(code)[0]:
        code = 550 if report.is_permanent else 450
    return classify(Reply(code, (words,)), of_recipient=True)
