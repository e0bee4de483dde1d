"""The requests that the original documents, as its samples send them: placeholders filled in, nothing else changed.

They say JSON of themselves even where they carry nothing.
"""

import json

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN, Installation
from tests.doubles.webhook_receiver import WebhookReceiver

JSON = {"Content-Type": "application/json"}
RECIPIENT = "jakub.olexa@omnivery.com"
HTML = """<html><body>Hi %recipient.fname%, Here's the body 😒 with more +ěščíáýžšěčíě UTF %recipient.chars%. \
And a fancy <a href="%recipient.url.link%">%recipient.url.title%!</a>
<div><!--[if mso]>
<v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w="urn:schemas-microsoft-com:office:word" \
href="%recipient.url.link%" style="height:40px;v-text-anchor:middle;width:200px;" arcsize="10%" strokecolor="#1e3650">
<w:anchorlock/>
<center>Show me the button!</center>
</v:roundrect>
<![endif]--><a href="%recipient.url.link%">Show me the button!</a></div></body></html>"""
MESSAGE = {
    "reply_to": "reply@example.org",
    "to": RECIPIENT,
    "bcc": "",
    "callback_url": "https://webhook.site/eee14325-defd-4088-86cd-d67d4bd6f9b3",
    "domain": "string",
    "h:X-Mailgun-Variables": {"title": "API documentation", "body": "Sending messages with templates"},
    "o:tracking-opens": "no",
    "h:Test": "randomtexthere",
    "o:testmode": True,
    "template_variables": {"heading": "Sample heading", "cta": {"link": "https://example.com", "title": "Description"}},
    "v:chars": "ěščřžýáíéĚŠČŘŽÝÁÍÉÍ",
    "v:fname": "Jakub",
    "v:link.url": "string",
    "o:tracking": "no",
    "amp-html": "string",
    "cc": "",
    "from": f"Sender <sender@{DOMAIN}>",
    "o:tracking-clicks": "yes",
    "subject": "A sample",
    "text": "Sample %recipient.fname% plain text body\nCheck out www.mailkit.com or https://omnivery.com",
    "html": HTML,
    "o:tag": "Test",
    "recipient-variables": {
        RECIPIENT: {
            "fname": "Jakub",
            "chars": "ěščřžýáíéĚŠČŘŽÝÁÍÉÍ",
            "url": {"link": "//www.mailkit.com", "title": "This is a link"},
        }
    },
}


@pytest.fixture
async def documented(api: Api):
    """Sends a request as the samples do."""

    async def send(method: str, path: str, fields: object = None):
        body = None if fields is None else json.dumps(fields, ensure_ascii=False).encode()
        return await api.request(method, path, headers=JSON, body=body)

    return send


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/domains", {"cid", "created_at", "data_location", "force_dkim_authority", "id", "name", "state", "wildcard"}),
        (f"/domains/{DOMAIN}", {"domain"}),
        ("/test", {"auth"}),
        ("/address/parse?addresses=johndoe@example.com,jane.doe@wildwest.org", {"parsed", "unparseable"}),
        (f"/domains/{DOMAIN}/webhooks/delivered/sample", {"event-data", "signature"}),
    ],
)
async def test_what_is_asked_for_has_the_documented_fields(documented, path: str, keys: set[str]):
    answer = await documented("GET", path)

    shown = answer.json()
    assert answer.status == 200
    assert set(shown[0] if isinstance(shown, list) else shown) == keys


async def test_a_batch_is_taken_and_its_result_is_there_later(documented, receiver: WebhookReceiver, api: Api):
    event = {
        "action": "click",
        "domain": "dolnyslask.pl",
        "event_id": "57d476d4-d8db-4757-b4da-5f2b8d6bf5f5",
        "ip": "156.17.201.170",
        "message_id": "17690841631",
        "recipient_id": "randomhash",
        "ts": 1721474736,
        "uas": "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)",
    }
    posted = await documented("POST", f"/{DOMAIN}/bot", {"events": [event], "webhook_url": receiver.url("/hook")})
    await receiver.wait_for(1)
    answer = await documented("GET", f"/{DOMAIN}/bot/{posted.json()['request_id']}")

    assert posted.status == 202
    assert answer.status == 200


async def test_a_result_that_is_not_there_is_so_in_the_documented_words(documented):
    answer = await documented("GET", f"/{DOMAIN}/bot/0190d2c4-5b80-7c3e-9f0a-6d1f0a5b7e21")

    message = "Request with matching UUID not found. It may not have been processed yet or has already expired."
    assert (answer.status, answer.json()) == (404, {"message": message, "status": 404})


async def test_a_message_with_every_field_is_taken(documented):
    answer = await documented("POST", f"/{DOMAIN}/messages", MESSAGE)

    assert (answer.status, answer.json()["message"]) == (200, "Queued. Thank you.")


async def test_a_message_of_a_template_is_taken(documented):
    await documented("PUT", f"/{DOMAIN}/templates/filename.html", {"source": "<h1>{{ heading }} {{ cta.link }}</h1>"})

    answer = await documented("POST", f"/{DOMAIN}/messages", MESSAGE | {"html": "", "template": "filename.html"})

    assert (answer.status, answer.json()["message"]) == (200, "Queued. Thank you.")


async def test_an_address_is_suppressed(documented):
    fields = {"address": "sample@example.org", "error": "Some text", "type": "complaint"}

    answer = await documented("POST", f"/{DOMAIN}/suppress", fields)
    await documented("DELETE", f"/{DOMAIN}/suppress/sample@example.org")

    assert (answer.status, answer.json()["type"]) == (200, "complaint")


async def test_a_webhook_is_made_and_deleted_once(documented, receiver: WebhookReceiver):
    url = receiver.url("/webhook/endpoint")
    path = f"/domains/{DOMAIN}/webhooks"
    made = await documented("POST", path, {"id": "unsubscribed", "url": url})
    deleted = await documented("DELETE", f"{path}/unsubscribed")
    again = await documented("DELETE", f"{path}/unsubscribed")

    assert (made.status, made.json()) == (200, {"message": "Webhook has been updated", "webhook": {"urls": [url]}})
    assert (deleted.status, deleted.json()) == (200, {"message": "Webhook has been deleted"})
    assert (again.status, again.json()) == (402, {"message": "No webhooks deleted"})


async def test_a_honeypot_takes_the_key_that_samples_show_for_nothing(documented):
    assert (await documented("GET", f"/{DOMAIN}/17690841631/hclick")).status == 200


async def test_an_address_is_validated_where_that_is_enabled(documented, installation: Installation):
    refused = await documented("GET", f"/{DOMAIN}/validate?address=janedoe@wildwest.org")

    assert refused.status == 402
