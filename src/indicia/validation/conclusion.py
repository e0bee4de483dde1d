"""From facts and a finding to the answer: pure, in the order in which the first that applies decides."""

from indicia.mail.address import Address
from indicia.messages.model import Destination
from indicia.validation.model import (
    RESULTS,
    AcceptAll,
    Cap,
    Facts,
    Finding,
    Origin,
    Reason,
    Result,
    Verification,
)
from indicia.validation.sandbox import scripted
from indicia.validation.score import caps
from indicia.validation.track_record import record_of, weigh

NOTHING = Facts()
_LONGEST_ECHO = 512
_INVALID = Cap("invalid", 0.0, "It is no address that mail can be sent to")


def conclude(
    address: Address, facts: Facts, finding: Finding, now: float, *, shown: Destination | None = None
) -> Verification:
    """Put together what is answered.

    Args:
        address: In its normal form.
        facts: What lists know of it.
        finding: What was found out about the mailbox.
        now: Unix seconds.
        shown: What our own mail has shown about the domain.
    """
    record = record_of(shown, now)
    finding = weigh(finding, record, now)
    all_caps = caps(facts, finding, record)
    return Verification(
        email=address.addr_spec,
        user=address.local,
        domain=address.domain,
        reason=_reason(facts, finding),
        origin=finding.origin,
        accept_all=finding.accept_all,
        role=facts.is_role,
        free=facts.is_free,
        disposable=facts.is_disposable,
        did_you_mean=facts.did_you_mean,
        sendex=all_caps[0].at_most,
        caps=all_caps,
        detail=finding.detail,
        ask_again_at=finding.ask_again_at,
        verified_at=now,
        shown=shown,
    )


def conclude_invalid(text: str, now: float, *, read: Address | None = None, facts: Facts = NOTHING) -> Verification:
    """Put together what is answered about a text that no mail can be sent to.

    Args:
        text: What was asked about.
        now: Unix seconds.
        read: What the parser makes of it nevertheless, such as an address without a top-level domain.
        facts: What lists know of that.
    """
    return Verification(
        email=text.strip().lower()[:_LONGEST_ECHO],
        user=None if read is None else read.local,
        domain=None if read is None else read.domain,
        reason=Reason.INVALID_EMAIL,
        origin=Origin.SYNTAX,
        accept_all=AcceptAll.UNKNOWN,
        role=facts.is_role,
        free=facts.is_free,
        disposable=facts.is_disposable,
        did_you_mean=facts.did_you_mean,
        sendex=0.0,
        caps=(_INVALID,),
        detail=_INVALID.because,
        ask_again_at=None,
        verified_at=now,
    )


def conclude_sandbox(address: Address, now: float) -> Verification:
    """Put together what is answered on a domain in test mode."""
    script = scripted(address)
    return Verification(
        email=address.addr_spec,
        user=address.local,
        domain=address.domain,
        reason=script.reason,
        origin=Origin.SANDBOX,
        accept_all=script.accept_all,
        role=script.role,
        free=script.free,
        disposable=script.disposable,
        did_you_mean=f"{address.local}@gmail.com" if script.misspelt else None,
        sendex=script.sendex,
        caps=(Cap("sandbox", script.sendex, "The domain is in test mode; nobody was asked"),),
        detail="",
        ask_again_at=None,
        verified_at=now,
    )


def _reason(facts: Facts, finding: Finding) -> Reason:
    if RESULTS[finding.reason] is not Result.DELIVERABLE:
        return finding.reason
    if facts.is_disposable or facts.is_role or finding.has_complained:
        return Reason.LOW_QUALITY
    if finding.accept_all is AcceptAll.YES or finding.is_full:
        return Reason.LOW_DELIVERABILITY
    return Reason.ACCEPTED_EMAIL
