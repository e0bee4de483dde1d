"""Samples have the very fields of real events, so that what is built on the one works for the other."""

import json

import pytest

from indicia.delivery.model import Bounced, Deferred, Delivered, Errand, Report, Status
from indicia.delivery.reporting import bounced_event, deferred_event, delivered_event
from indicia.domains.model import Domain, DomainState
from indicia.events.model import EventType
from indicia.mail.bounces import BounceClass
from indicia.messages.event_data import event_about
from indicia.messages.model import Message, Options, Recipient, RecipientKind, RecipientState
from indicia.messages.refusals import rejected_event, suppressed_event
from indicia.webhooks.model import WebhookType
from indicia.webhooks.samples import sample_event
from indicia.webhooks.subscriptions import types_of
from tests.doubles.event_fields import fields

NOW = 1_790_000_000.0
DOMAIN = Domain(
    id=7,
    account_id=3,
    name="news.example.com",
    state=DomainState.ACTIVE,
    features=frozenset(),
    tracking=True,
    seed_token="0" * 32,
    created_at=NOW,
    updated_at=NOW,
)
MESSAGE = Message(
    id=1,
    account_id=3,
    domain_id=7,
    message_id="m1@news.example.com",
    submitted_at=NOW,
    deliver_at=NOW,
    size_bytes=100,
    headers={"subject": "Hello"},
    options=Options(),
)
RECIPIENT = Recipient(
    id=1,
    message_row=1,
    domain_id=7,
    address="ann@dest.test",
    canonical="ann@dest.test",
    kind=RecipientKind.TO,
    state=RecipientState.QUEUED,
    expires_at=NOW,
)
ERRAND = Errand(MESSAGE, RECIPIENT, DOMAIN.name, number=1, was_uncertain=False)
STATUS = Status(250, "250 2.0.0 Ok", "2.0.0", ("Ok",))
SENDER = "bounce@news.example.com"
REAL = {
    WebhookType.ACCEPTED: event_about(MESSAGE, RECIPIENT, EventType.ACCEPTED, NOW, {}),
    WebhookType.DELIVERED: delivered_event(ERRAND, Report(Delivered(STATUS), copes=True), SENDER, NOW),
    WebhookType.PERMANENT_FAIL: bounced_event(
        ERRAND, Report(Bounced(STATUS, BounceClass.BAD_MAILBOX), copes=True), SENDER, NOW
    ),
    WebhookType.TEMPORARY_FAIL: deferred_event(
        ERRAND, Report(Deferred(STATUS, BounceClass.FULL), copes=True), SENDER, NOW, NOW + 30
    ),
    WebhookType.REJECTED: rejected_event(MESSAGE, RECIPIENT, "a.html: name is not given", NOW),
}


@pytest.mark.parametrize("kind", REAL)
def test_a_sample_has_the_fields_of_a_real_event(kind):
    assert fields(json.loads(sample_event(kind, DOMAIN, NOW).data)) == fields(json.loads(REAL[kind].data))


def test_an_address_that_must_not_be_mailed_fails_with_the_fields_of_other_failures():
    event = suppressed_event(MESSAGE, RECIPIENT, "bounce", NOW)

    assert fields(json.loads(event.data)) == fields(json.loads(REAL[WebhookType.PERMANENT_FAIL].data))


@pytest.mark.parametrize("kind", WebhookType)
def test_a_sample_is_of_the_type_it_was_asked_for(kind):
    event = sample_event(kind, DOMAIN, NOW)

    assert kind in types_of(event)
    assert json.loads(event.data)["id"] == event.uid
