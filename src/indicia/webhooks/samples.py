"""Made-up events, one for each type, with the very fields of real ones."""

from indicia.domains.model import Domain
from indicia.events.model import Event, EventType, Severity
from indicia.messages.event_data import event_about
from indicia.messages.model import Message, Options, Recipient, RecipientKind, RecipientState
from indicia.messages.refusals import NOT_COMPOSED
from indicia.webhooks.model import WebhookType

_RECIPIENT = "johndoe@example.com"
_IP = "203.0.113.25"
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)

_VISITOR: dict[str, object] = {
    "client-info": {
        "bot": "",
        "client-name": "Chrome",
        "client-os": "Windows",
        "client-type": "browser",
        "device-type": "desktop",
        "suspected-bot": False,
        "user-agent": _AGENT,
    },
    "geolocation": {"city": "Unknown", "country": "CZ", "country_code": "CZ", "region": "Unknown"},
    "ip": _IP,
}


def sample_event(kind: WebhookType, domain: Domain, now: float) -> Event:
    """Make up an event of `kind` that a message of `domain` could have had at `now` (unix seconds)."""
    message = Message(
        id=0,
        account_id=domain.account_id,
        domain_id=domain.id,
        message_id=f"01f6m6bqcwmjkpbm8xmecbnq8h@{domain.name}",
        submitted_at=now,
        deliver_at=now,
        size_bytes=3912,
        headers={
            "date": "Thu, 1 Apr 2021 11:11:11 +0000",
            "from": f"Tester <tester@{domain.name}>",
            "message-id": f"01f6m6bqcwmjkpbm8xmecbnq8h@{domain.name}",
            "subject": "Webhook testing",
            "to": f'"John Doe" <{_RECIPIENT}>',
            "x-testid": "1234",
        },
        options=Options(tags=("MyTag1", "MyTag2"), variables={"order": "1234"}),
    )
    recipient = Recipient(
        id=0,
        message_row=0,
        domain_id=domain.id,
        address=_RECIPIENT,
        canonical=_RECIPIENT,
        kind=RecipientKind.TO,
        state=RecipientState.QUEUED,
        expires_at=now,
    )
    if kind in _SEVERITIES:
        happened, severity = EventType.FAILED, _SEVERITIES[kind]
    else:
        happened, severity = EventType(kind.value), Severity.NONE
    return event_about(message, recipient, happened, now, _details(kind, domain.name), severity=severity)


def _details(kind: WebhookType, domain_name: str) -> dict[str, object]:
    details = _DETAILS[kind]
    if "delivery-status" not in details:
        return details
    envelope = {
        "sender": f"bounce-01f6m6bqcwmjkpbm8xmecbnq8h@{domain_name}",
        "sending-ip": "127.0.1.2",
        "targets": _RECIPIENT,
        "transport": "smtp",
    }
    return {**details, "envelope": envelope}


def _status(code: int, enhanced: str, description: str, text: str) -> dict[str, object]:
    return {
        "attempt-no": 1,
        "code": code,
        "description": description,
        "enhanced-code": enhanced,
        "message": [text],
        "mx-host": "mx.example.com",
        "mx-ip": "254.254.254.254",
        "session-seconds": 0.412,
        "tls": True,
    }


_SEVERITIES = {
    WebhookType.FAILED: Severity.PERMANENT,
    WebhookType.PERMANENT_FAIL: Severity.PERMANENT,
    WebhookType.TEMPORARY_FAIL: Severity.TEMPORARY,
}

_GONE = "The email account that you tried to reach does not exist"
_FULL = "The mailbox is full"
_BOUNCED: dict[str, object] = {
    "delivery-status": {**_status(550, "5.1.1", f"550 5.1.1 {_GONE}", _GONE), "bounce-class": "bad-mailbox"},
    "reason": "bounce",
}
_BOT: dict[str, object] = {
    **_VISITOR,
    "client-info": {
        "bot": "generic",
        "client-name": "Chrome",
        "client-os": "Windows",
        "client-type": "browser",
        "device-type": "desktop",
        "suspected-bot": True,
        "user-agent": _AGENT,
    },
}
_CLICK: dict[str, object] = {"link": {"class": "content", "index": 1}, "url": "https://www.example.com/offer"}
_DETAILS: dict[WebhookType, dict[str, object]] = {
    WebhookType.ACCEPTED: {},
    WebhookType.BOT_CLICKED: {**_BOT, **_CLICK},
    WebhookType.BOT_OPENED: _BOT,
    WebhookType.CLICKED: {**_VISITOR, **_CLICK},
    WebhookType.COMPLAINED: {"complaint": {"feedback-type": "abuse", "user-agent": "Example-FBL/1.0"}},
    WebhookType.DELIVERED: {
        "delivery-status": _status(250, "2.0.0", "250 2.0.0 Ok: queued as E15E2203D4", "Ok: queued as E15E2203D4"),
    },
    WebhookType.FAILED: _BOUNCED,
    WebhookType.OPENED: _VISITOR,
    WebhookType.PERMANENT_FAIL: _BOUNCED,
    WebhookType.REJECTED: {"reject": {"description": "", "reason": NOT_COMPOSED}},
    WebhookType.TEMPORARY_FAIL: {
        "delivery-status": {
            **_status(452, "4.2.2", f"452 4.2.2 {_FULL}", _FULL),
            "bounce-class": "mailbox-full",
            "retry-seconds": 120,
        },
        "reason": "generic",
    },
    WebhookType.UNSUBSCRIBED: {"client-info": {"user-agent": _AGENT}, "ip": _IP},
}
