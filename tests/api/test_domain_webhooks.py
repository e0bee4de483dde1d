"""/domains/{domain}/webhooks: who is told of events, tried out before it is believed."""

import json
from urllib.parse import urlencode

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation
from tests.doubles.event_fields import fields
from tests.doubles.standard_webhooks import body_verifies, headers_verify
from tests.doubles.webhook_receiver import WebhookReceiver, raw, redirect, reset, status

PATH = f"/domains/{DOMAIN}/webhooks"
UNREACHABLE = "URL endpoint failed: it cannot be reached"


@pytest.fixture(autouse=True)
async def clean(api: Api):
    """Leaves no subscription behind, for these would be owed what other tests do."""
    yield
    for kind in (await api.get(PATH)).json()["webhooks"]:
        await api.request("DELETE", f"{PATH}/{kind}")


async def register(api: Api, kind: str, *urls: str):
    return await api.post(PATH, json_body={"id": kind, "url": list(urls)})


async def test_a_url_is_called_with_a_signed_sample_and_then_subscribed(
    api: Api, installation: Installation, receiver: WebhookReceiver
):
    url = receiver.url()

    answer = await register(api, "delivered", url)

    assert (answer.status, answer.json()) == (200, {"message": "Webhook has been updated", "webhook": {"urls": [url]}})
    (probe,) = receiver.requests
    assert headers_verify(
        installation.signing_key, probe.headers, probe.body, now=int(probe.headers["webhook-timestamp"])
    )
    assert body_verifies(installation.signing_key, probe.body)
    assert probe.json()["event-data"]["event"] == "delivered"
    assert (await api.get(PATH)).json() == {"webhooks": {"delivered": {"urls": [url]}}}
    assert (await api.get(f"{PATH}/delivered")).json() == {"webhook": {"urls": [url]}}


async def test_all_encodings_of_forms_are_taken(api: Api, receiver: WebhookReceiver):
    one, two = receiver.url("/1"), receiver.url("/2")

    by_multipart = await api.post(PATH, form={"id": "opened", "url": one})
    by_form = await api.post(
        PATH,
        body=urlencode([("id", "clicked"), ("url", one), ("url", two)]).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    by_json = await api.post(PATH, json_body={"id": "failed", "url": one})

    assert [answer.json()["webhook"]["urls"] for answer in (by_multipart, by_form, by_json)] == [
        [one],
        [one, two],
        [one],
    ]


async def test_posting_a_type_again_replaces_its_urls(api: Api, receiver: WebhookReceiver):
    await register(api, "opened", receiver.url("/1"), receiver.url("/2"))

    for _ in range(2):
        answer = await register(api, "opened", receiver.url("/3"))

        assert answer.json()["webhook"]["urls"] == [receiver.url("/3")]
    assert (await api.get(PATH)).json()["webhooks"] == {"opened": {"urls": [receiver.url("/3")]}}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (status(404), "URL endpoint failed with error 404 - Not Found"),
        (status(500), "URL endpoint failed with error 500 - Internal Server Error"),
        (status(599), "URL endpoint failed with error 599 - Unknown"),
        (redirect("http://127.0.0.1:9/"), "URL endpoint failed with error 302 - Found"),
        (
            raw(b"HTTP/1.1 418 <script>\x1b[2J\r\nContent-Length: 0\r\n\r\n"),
            "URL endpoint failed with error 418 - I'm a Teapot",
        ),
        (reset, UNREACHABLE),
    ],
)
async def test_a_url_that_fails_is_not_subscribed_and_the_words_are_our_own(api, receiver, reply, message):
    receiver.default = reply

    answer = await register(api, "opened", receiver.url())

    assert (answer.status, answer.json()) == (402, {"errors": [message]})
    assert (await api.get(PATH)).json() == {"webhooks": {}}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://name.invalid/", "https://hooks.example.com/"])
async def test_what_cannot_be_reached_looks_the_same_whatever_the_reason(api: Api, url: str):
    answer = await register(api, "opened", url)

    assert (answer.status, answer.json()) == (402, {"errors": [UNREACHABLE]})


async def test_one_failing_url_of_several_changes_nothing(api: Api, receiver: WebhookReceiver):
    await register(api, "opened", receiver.url("/old"))
    receiver.script.extend([status(200), status(403)])

    answer = await register(api, "opened", receiver.url("/1"), receiver.url("/2"))

    assert (answer.status, answer.json()) == (402, {"errors": ["URL endpoint failed with error 403 - Forbidden"]})
    assert (await api.get(f"{PATH}/opened")).json()["webhook"]["urls"] == [receiver.url("/old")]


ONE_URL = "https://hooks.example.com/"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"url": ONE_URL}, "id: must be one of accepted, "),
        ({"id": "Opened", "url": ONE_URL}, "id: must be one of accepted, "),
        ({"id": ["opened", "clicked"], "url": ONE_URL}, "id: must be one of accepted, "),
        ({"id": "opened"}, "url: 1 to 3 URLs are needed"),
        ({"id": "opened", "url": [f"{ONE_URL}{number}" for number in range(4)]}, "url: 1 to 3 URLs are needed"),
        ({"id": "opened", "url": True}, "url: must be a text"),
        ({"id": "opened", "url": "http://10.0.0.1/"}, "url: must be an http or https URL of a public host"),
        ({"id": "opened", "url": "https://a.example.com:22/"}, "url: must be an http or https URL of a public host"),
        ({"id": "opened", "url": ONE_URL + "x" * 2049}, "url: must be an http or https URL of a public host"),
    ],
)
async def test_what_can_be_no_webhook_is_refused_without_a_call(api: Api, body, problem: str):
    answer = await api.post(PATH, json_body=body)

    assert answer.status == 400
    assert answer.json()["message"].startswith(problem)


async def test_a_webhook_is_deleted_once(api: Api, receiver: WebhookReceiver):
    await register(api, "opened", receiver.url())

    first = await api.request("DELETE", f"{PATH}/opened")
    second = await api.request("DELETE", f"{PATH}/opened")

    assert (first.status, first.json()) == (200, {"message": "Webhook has been deleted"})
    assert (second.status, second.json()) == (402, {"message": "No webhooks deleted"})
    assert (await api.get(f"{PATH}/opened")).status == 404


@pytest.mark.parametrize("kind", ["Opened", "bounce", "%00", "replays"])
async def test_unknown_types_are_refused(api: Api, kind: str):
    for method, path in (("GET", f"{PATH}/{kind}"), ("DELETE", f"{PATH}/{kind}"), ("GET", f"{PATH}/{kind}/sample")):
        assert (await api.request(method, path)).status == 400


async def test_every_type_has_a_sample_signed_by_the_account_s_key(api: Api, installation: Installation):
    for kind in ("accepted", "clicked", "complained", "failed", "opened", "rejected", "temporary_fail", "unsubscribed"):
        answer = await api.get(f"{PATH}/{kind}/sample")

        (payload,) = answer.json()
        assert list(payload) == ["event-data", "signature"]
        assert body_verifies(installation.signing_key, json.dumps(payload).encode())


async def test_a_real_event_comes_with_the_fields_of_its_sample_and_its_own_id(
    api: Api, installation: Installation, receiver: WebhookReceiver
):
    await register(api, "accepted", receiver.url())

    mail = {"from": f"n@{DOMAIN}", "to": "ann@dest.test", "subject": "Told", "text": "Hi.", "o:tag": "a", "v:k": "1"}
    await api.post(f"/{DOMAIN}/messages", json_body=mail)

    (_, received) = await receiver.wait_for(2)
    (sample,) = (await api.get(f"{PATH}/accepted/sample")).json()
    assert fields(received.json()) == fields(sample)
    assert received.headers["webhook-id"] == received.json()["event-data"]["id"]
    assert headers_verify(
        installation.signing_key, received.headers, received.body, now=int(received.headers["webhook-timestamp"])
    )


async def test_a_message_s_callback_url_gets_its_events_instead_of_the_domain_s(api: Api, receiver: WebhookReceiver):
    await register(api, "accepted", receiver.url("/domain"))

    mail = {"from": f"n@{DOMAIN}", "to": "ann@dest.test", "subject": "Own", "text": "Hi."}
    await api.post(f"/{DOMAIN}/messages", json_body=mail | {"callback_url": receiver.url("/own")})
    await api.post(f"/{DOMAIN}/messages", json_body=mail | {"subject": "Next"})

    received = await receiver.wait_for(3)
    subjects = {each.target: each.json()["event-data"]["message"]["headers"]["subject"] for each in received[1:]}
    assert subjects == {"/own": "Own", "/domain": "Next"}


async def test_another_account_s_webhooks_are_as_unknown_as_those_of_no_domain(api: Api):
    for path in ("", "/opened", "/opened/sample"):
        answer = await api.get(f"/domains/{FOREIGN_DOMAIN}/webhooks{path}")

        assert (answer.status, answer.json()["message"]) == (404, f"Domain not found: {FOREIGN_DOMAIN}")
    assert (
        await api.post(f"/domains/{FOREIGN_DOMAIN}/webhooks", json_body={"id": "opened", "url": ONE_URL})
    ).status == 404


async def test_registrations_are_limited_for_the_account(strict_api: Api):
    answers = [await register(strict_api, "opened", "http://127.0.0.1:9/") for _ in range(11)]

    assert [answer.status for answer in answers] == [402] * 10 + [429]
