"""One attempt: a letter over a connection, and what came of it."""

import time

from indicia.delivery.model import Outcome, Report, Wanted
from indicia.delivery.outcomes import copes, delivered, judge
from indicia.delivery.pool import Loan, Pool
from indicia.delivery.routes import Route
from indicia.mail.replies import Reply
from indicia.net.model import NetError
from indicia.net.smtp.connection import BeforeDot
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import Letter, Security, SmtpError, SmtpLostError, SmtpRefusedError, Verb

_STRICTNESS = (Security.NONE, Security.OPPORTUNISTIC, Security.ENCRYPTED, Security.VERIFIED)


class Transport:
    """Carries letters to servers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def carry(self, letter: Letter, route: Route, wanted: Wanted, before_dot: BeforeDot) -> Report:
        """Send `letter` along `route`; whatever goes wrong on the way is an outcome.

        Args:
            letter: What is sent, and to whom.
            route: Servers that take it.
            wanted: What the message asks of the way.
            before_dot: Awaited before the end of the letter is sent, possibly twice.

        Raises:
            Exception: Whatever `before_dot` raised; no server took the letter.
        """
        began = time.monotonic()
        dialogue = Dialogue()
        attempt = _Attempt(self._pool, route, max(route.security, wanted.security, key=_STRICTNESS.index), dialogue)
        outcome: Outcome
        try:
            outcome, error = delivered(await attempt.send(letter, before_dot)), None
        except NetError as raised:
            outcome, error = judge(raised), raised
            dialogue.noted(outcome.status.description)
        verb = error.verb if isinstance(error, SmtpError) else None
        connection = None if attempt.loan is None else attempt.loan.connection
        failed = error.peer if isinstance(error, SmtpError) else None
        peer = connection.peer if connection else failed
        return Report(
            outcome,
            copes(outcome, verb),
            mx_host=peer.host if peer else "",
            mx_ip=peer.address if peer else "",
            sending_ip=connection.source_ip if connection else "",
            tls=connection.tls if connection else None,
            dialogue=str(dialogue),
            took_seconds=time.monotonic() - began,
            verb=verb,
            is_relayed=route.is_ours,
        )


class _Attempt:
    """The loan of one attempt, remembered for the report."""

    def __init__(self, pool: Pool, route: Route, security: Security, dialogue: Dialogue) -> None:
        self._pool = pool
        self._route = route
        self._security = security
        self._dialogue = dialogue
        self.loan: Loan | None = None

    async def send(self, letter: Letter, before_dot: BeforeDot) -> Reply:
        try:
            return await self._send(letter, before_dot, fresh=False)
        except SmtpError as error:
            if self.loan is None or not self.loan.was_used or not _is_stale(error):
                raise
        # The server had closed the kept connection; that says nothing about the letter.
        self._dialogue.noted("the kept connection was closed; opening another")
        return await self._send(letter, before_dot, fresh=True)

    async def _send(self, letter: Letter, before_dot: BeforeDot, *, fresh: bool) -> Reply:
        self.loan = None
        self.loan = loan = await self._pool.borrow(self._route, self._security, self._dialogue, fresh=fresh)
        try:
            return await loan.connection.send(letter, self._dialogue, before_dot)
        finally:
            self._pool.give_back(loan)


def _is_stale(error: SmtpError) -> bool:
    """Tell whether a server that had closed a kept connection could be behind `error`."""
    if isinstance(error, SmtpRefusedError):
        return error.reply.code == 421 and error.verb in {Verb.RSET, Verb.MAIL}
    return isinstance(error, SmtpLostError) and not error.is_uncertain
