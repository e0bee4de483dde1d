"""Accept a submission: once, durably, and with everything that follows from it in one transaction."""

from typing import NamedTuple

import msgspec

from indicia.base.clock import Clock
from indicia.base.ids import IdSource
from indicia.domains.model import Domain, DomainState
from indicia.events.log import EventLog
from indicia.events.model import Event, EventType
from indicia.mail.address import Address, header_form, parse_one
from indicia.messages.event_data import event_about
from indicia.messages.model import (
    DELIVERY_JOBS,
    Content,
    Message,
    Recipient,
    RecipientKind,
    RecipientState,
    TemplateSnapshot,
)
from indicia.messages.refusals import suppressed_event
from indicia.messages.store import insert_message, insert_recipient
from indicia.net.egress import EgressGuard
from indicia.net.model import EgressRefusedError
from indicia.queue.jobs import Jobs
from indicia.repeats.model import KEY_SECONDS, LONGEST_KEY, Repeat
from indicia.repeats.store import claim_repeat, known_repeat
from indicia.storage.database import Database, Steps
from indicia.submissions.addressing import OrganisationOf, is_aligned
from indicia.submissions.expansion import check_expansion
from indicia.submissions.model import (
    ClickTracking,
    SendingNotAllowedError,
    Submission,
    SubmissionPendingError,
    SubmissionRefusedError,
)
from indicia.submissions.reading import LARGEST_BYTES
from indicia.submissions.store import repeat_seconds_of
from indicia.submissions.translating import due_at, message_of, tracking_of
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import SuppressionType
from indicia.templates.library import TemplateLibrary
from indicia.templates.model import Builtins
from indicia.templates.renderer import Renderer


class Templating(NamedTuple):
    """Where stored templates are kept and rendered."""

    library: TemplateLibrary
    renderer: Renderer


class Policy(NamedTuple):
    """What every submission is held against.

    Attributes:
        guard: Judges callback URLs.
        organisation_of: Answers which organisation a domain belongs to.
        expiry_seconds: How long after it is due a copy is tried.
    """

    guard: EgressGuard
    organisation_of: OrganisationOf
    expiry_seconds: float


class Submissions:
    """The submissions of all domains."""

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        events: EventLog,
        suppressions: Suppressions,
        *,
        templating: Templating,
        policy: Policy,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._events = events
        self._suppressions = suppressions
        self._templating = templating
        self._policy = policy
        self._clock = clock
        self._ids = ids
        # Keys whose first submission is on its way into the store.
        self._pending: set[tuple[int, str]] = set()

    async def accept(
        self, domain: Domain, submission: Submission, *, digest: bytes, idempotency_key: str | None = None
    ) -> str:
        """Store a message for all its recipients, to be delivered when it is due; answer its Message-ID.

        The same submission again, by its key within a day or by its `digest` within the domain's window, is answered
        with the first one's id and sent once.

        Raises:
            SendingNotAllowedError: The domain is not active.
            SubmissionRefusedError: It may not be sent, or not like this.
            SubmissionTooLargeError: A copy of it would be too large.
            SubmissionPendingError: One with the same key is being accepted.
            RepeatConflictError: The key came before with another body.
            TemplatesError: Its template is not there or cannot be rendered.
            StorageError: It could not be made durable.
        """
        self._check(domain, submission, idempotency_key)
        if idempotency_key is None:
            return await self._accept(domain, submission, digest, None)
        pending = (domain.id, idempotency_key)
        if pending in self._pending:
            raise SubmissionPendingError(idempotency_key)
        self._pending.add(pending)
        try:
            return await self._accept(domain, submission, digest, idempotency_key)
        finally:
            self._pending.discard(pending)

    def _check(self, domain: Domain, submission: Submission, idempotency_key: str | None) -> None:
        if domain.state is not DomainState.ACTIVE:
            raise SendingNotAllowedError(domain.name, domain.state)
        if idempotency_key is not None and not 0 < len(idempotency_key) <= LONGEST_KEY:
            raise SubmissionRefusedError(f"Idempotency-Key must have 1 to {LONGEST_KEY} characters")
        self._check_alignment(domain, submission)
        if submission.callback_url is not None:
            try:
                self._policy.guard.check_url(submission.callback_url)
            except EgressRefusedError as error:
                # One text for every refusal, or it would tell what this network looks like inside.
                raise SubmissionRefusedError("callback_url must be an http or https URL of a public host") from error

    def _check_alignment(self, domain: Domain, submission: Submission) -> None:
        agents = [parse_one(value) for name, value in submission.headers if name.lower() == "sender"]
        for field, address in (
            ("from parameter", submission.sender),
            *(("The header Sender", each) for each in agents),
        ):
            if address is None or not is_aligned(address, domain.name, self._policy.organisation_of):
                raise SubmissionRefusedError(
                    f"{field} must be an address of {domain.name}, of a subdomain of it or of its parent domain"
                )

    async def _accept(self, domain: Domain, submission: Submission, digest: bytes, key: str | None) -> str:
        now = self._clock()
        repeat = _repeat(digest, key, await repeat_seconds_of(self._database, domain.id), now)
        if submission.template is not None and repeat is not None:
            # Rendering takes longer than everything else, and the template may be gone since the first time.
            known = await known_repeat(self._database, domain.id, repeat, now)
            if known is not None:
                return known
        template, rendered = await self._template(domain, submission, now)
        bodies = (submission.text, submission.html, submission.amp, *rendered)
        check_expansion(submission, [body for body in bodies if body], LARGEST_BYTES)
        message, content = message_of(domain, submission, template, self._ids(now), now)
        message_id = await self._database.run(self._store(message, content, submission, repeat))
        self._jobs.announce(DELIVERY_JOBS)
        self._events.announce()
        return message_id

    async def _template(
        self, domain: Domain, submission: Submission, now: float
    ) -> tuple[TemplateSnapshot | None, tuple[str | None, ...]]:
        """Take the template as it is now, and render it once, so that what fails fails before it is accepted."""
        wanted = submission.template
        if wanted is None:
            return None, ()
        snapshot = await self._templating.library.snapshot(
            domain.id, wanted.name, wanted.variables, is_strict=wanted.is_strict, version=wanted.version
        )
        tracking = tracking_of(domain, submission)
        builtins = Builtins(
            sender=header_form(submission.sender),
            recipient=submission.recipients[0][0].envelope,
            subject=submission.subject,
            sent_at=due_at(submission, now),
            domain=domain.name,
            tracks_opens=tracking.opens,
            tracks_clicks=tracking.clicks is not ClickTracking.NO,
        )
        rendered = await self._templating.renderer.render(snapshot, builtins, domain.id)
        return snapshot, (rendered.html, rendered.text)

    def _store(self, message: Message, content: Content, submission: Submission, repeat: Repeat | None) -> Steps[str]:
        now = message.submitted_at
        if repeat is not None:
            known = yield from claim_repeat(message.domain_id, repeat, message.message_id, now)
            if known != message.message_id:
                return known
        row = yield from insert_message(message, content)
        stored = msgspec.structs.replace(message, id=row)
        suppressed = yield from self._suppressions.among(
            message.domain_id, [address.canonical for address, _ in submission.recipients]
        )
        events: list[Event] = []
        for address, kind in submission.recipients:
            reason = suppressed.get(address.canonical)
            events += yield from self._store_recipient(stored, submission, address, kind, reason)
        yield from self._events.append(events)
        return message.message_id

    def _store_recipient(
        self,
        message: Message,
        submission: Submission,
        address: Address,
        kind: RecipientKind,
        suppressed: SuppressionType | None,
    ) -> Steps[list[Event]]:
        recipient = Recipient(
            id=0,
            message_row=message.id,
            domain_id=message.domain_id,
            address=address.envelope,
            canonical=address.canonical,
            kind=kind,
            state=RecipientState.QUEUED if suppressed is None else RecipientState.SUPPRESSED,
            expires_at=message.deliver_at + self._policy.expiry_seconds,
            variables=(submission.recipient_variables or {}).get(address.canonical),
        )
        row = yield from insert_recipient(recipient)
        accepted = event_about(message, recipient, EventType.ACCEPTED, message.submitted_at, {})
        if suppressed is not None:
            return [accepted, suppressed_event(message, recipient, suppressed.value, message.submitted_at)]
        yield from self._jobs.enqueue(DELIVERY_JOBS, address.ascii_domain, str(row).encode(), due_at=message.deliver_at)
        return [accepted]


def _repeat(digest: bytes, key: str | None, window_seconds: float, now: float) -> Repeat | None:
    if key is not None:
        return Repeat(f"message by key {key}", digest, now + KEY_SECONDS)
    if window_seconds <= 0:
        return None
    return Repeat(f"message by body {digest.hex()}", digest, now + window_seconds)
