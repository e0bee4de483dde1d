"""The events of attempts: what customers are told, in the fields of contract 5."""

from indicia.delivery.model import Bounced, Deferred, Delivered, Errand, Report
from indicia.events.model import Event, EventType, Severity
from indicia.mail.bounces import BounceClass
from indicia.messages.event_data import event_about


def delivered_event(errand: Errand, report: Report, sender: str, now: float) -> Event:
    """Build the event that a copy was taken."""
    details = _details(errand, report, sender)
    return event_about(errand.message, errand.recipient, EventType.DELIVERED, now, details)


def deferred_event(errand: Errand, report: Report, sender: str, now: float, due_at: float) -> Event:
    """Build the event that an attempt failed and another will follow at `due_at`."""
    details = _details(errand, report, sender)
    status = {**details["delivery-status"], "retry-seconds": round(due_at - now)}
    details |= {"delivery-status": status}
    return event_about(
        errand.message,
        errand.recipient,
        EventType.FAILED,
        now,
        {**details, "reason": "generic"},
        severity=Severity.TEMPORARY,
    )


def bounced_event(errand: Errand, report: Report, sender: str, now: float) -> Event:
    """Build the event that a copy will never be taken."""
    details = _details(errand, report, sender)
    # Mailgun's word for mail that was tried for too long.
    is_old = isinstance(report.outcome, Bounced) and report.outcome.bounce_class is BounceClass.EXPIRED
    reason = "old" if is_old else "bounce"
    return event_about(
        errand.message,
        errand.recipient,
        EventType.FAILED,
        now,
        {**details, "reason": reason},
        severity=Severity.PERMANENT,
    )


def _details(errand: Errand, report: Report, sender: str) -> dict[str, dict[str, object]]:
    outcome = report.outcome
    status: dict[str, object] = {
        "attempt-no": errand.number,
        "code": outcome.status.code,
        "description": outcome.status.description,
        "enhanced-code": outcome.status.enhanced,
        "message": outcome.status.message or (outcome.status.description,),
        "mx-host": report.mx_host,
        "mx-ip": report.mx_ip,
        "session-seconds": round(report.took_seconds, 3),
        "tls": report.tls is not None,
    }
    if not isinstance(outcome, Delivered):
        status["bounce-class"] = outcome.bounce_class.value
    envelope: dict[str, object] = {
        "sender": sender,
        "sending-ip": report.sending_ip,
        "targets": errand.recipient.address,
        "transport": "smtp",
    }
    flags: dict[str, object] = {"is-test-mode": errand.message.options.is_test}
    is_doubtful = errand.was_uncertain or (isinstance(outcome, Deferred) and outcome.is_uncertain)
    if is_doubtful:
        flags["is-possible-duplicate"] = True
    return {"delivery-status": status, "envelope": envelope, "flags": flags}
