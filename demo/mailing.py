"""The demo's second act: mail is sent, a scanner and a person follow its links, and events tell them apart."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import aiohttp
from mail_host import Letter, Mailbox
from receiver import Receiver
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_DELIVERY_SECONDS = 10.0
_EVENT_SECONDS = 30.0
# A person takes a moment to read.
_READING_SECONDS = 3.0
_SCANNER = {
    "X-Forwarded-For": "40.107.22.14",
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/79.0.3945.88 Safari/537.36",
}
_PERSON = {
    "X-Forwarded-For": "73.162.14.88",
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.1 Mobile/15E148 Safari/604.1",
}
_VISITORS = {True: "a machine", False: "a person"}
_LINK = re.compile(r'<a\b[^>]*href="([^"]+)"')
_PIXEL = re.compile(r'<img\b[^>]*src="([^"]+)"')


class MailingError(Exception):
    """The mailing did not show what it promises; the message says what went wrong."""


class Sender(NamedTuple):
    """Who sends: a domain with its key at the service that `client` speaks to."""

    client: aiohttp.ClientSession
    domain: str
    key: str


async def show_mailing(console: Console, sender: Sender, mailbox: Mailbox, receiver: Receiver) -> None:
    """Send one message to three people, and show what comes back.

    Raises:
        MailingError: Something was lost, altered or misjudged.
    """
    await _send(sender, receiver.port)
    letters = {letter.recipient: letter for letter in await mailbox.letters(3, _DELIVERY_SECONDS)}
    for address, letter in sorted(letters.items()):
        signatures = letter.message.get_all("DKIM-Signature") or []
        console.print(f"  {address} got {escape(str(letter.message['Subject']))!r}, signed {len(signatures)} times")
    await _sweep(sender.client, letters["ann@company.test"])
    await asyncio.sleep(_READING_SECONDS)
    await _read(sender.client, letters["bob@home.test"])
    await _opt_out(sender.client, letters["cy@home.test"])
    events = await receiver.events(_is_complete, _EVENT_SECONDS)
    _check(events)
    _print(console, events)


async def _send(sender: Sender, port: int) -> None:
    people = {"ann@company.test": {"name": "Ann"}, "bob@home.test": {"name": "Bob"}, "cy@home.test": {"name": "Cy"}}
    message = {
        "from": f"News <news@{sender.domain}>",
        "to": list(people),
        "subject": "%recipient.name%, the offer of the week",
        "html": '<p>Hello %recipient.name%,</p><p><a href="https://example.com/offer">The offer</a> '
        '<a href="https://example.com/terms">Terms</a> <a href="%unsubscribe_url%">No more of this</a></p>',
        "recipient-variables": people,
        "callback_url": f"http://127.0.0.1:{port}/events",
    }
    async with sender.client.post(
        f"/{sender.domain}/messages", json=message, headers={"ov-token": sender.key}
    ) as answer:
        if answer.status != 200:
            raise MailingError(f"the message was answered with {answer.status}: {await answer.text()}")


async def _sweep(client: aiohttp.ClientSession, letter: Letter) -> None:
    """Follow everything in a letter within a second, the unsubscribe link too, as security gateways do."""
    html = _html_of(letter)
    await asyncio.gather(*(_get(client, url, _SCANNER) for url in _PIXEL.findall(html) + _LINK.findall(html)))


async def _read(client: aiohttp.ClientSession, letter: Letter) -> None:
    """Load the images, look at the mail, and follow the link that says what it is about."""
    html = _html_of(letter)
    for url in _PIXEL.findall(html):
        await _get(client, url, _PERSON)
    await asyncio.sleep(_READING_SECONDS)
    offer = re.search(r'href="([^"]+)"[^>]*>The offer', html)
    if offer is None:
        raise MailingError("the offer's link is gone")
    await _get(client, offer[1], _PERSON)


async def _opt_out(client: aiohttp.ClientSession, letter: Letter) -> None:
    """Press the mail program's own unsubscribe button (RFC 8058)."""
    field = re.search(r"<(https?:[^>]+)>", str(letter.message["List-Unsubscribe"]))
    if field is None:
        raise MailingError("the List-Unsubscribe field is missing")
    async with client.post(field[1], data={"List-Unsubscribe": "One-Click"}, headers=_PERSON) as answer:
        await answer.read()


async def _get(client: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> None:
    async with client.get(url, headers=headers, allow_redirects=False) as answer:
        await answer.read()


def _html_of(letter: Letter) -> str:
    body = letter.message.get_body(("html",))
    return "" if body is None else str(body.get_content())


def _is_complete(events: Sequence[Mapping[str, Any]]) -> bool:
    clickers = {event["recipient"] for event in events if event["event"] == "clicked"}
    return clickers >= {"ann@company.test", "bob@home.test"} and any(
        event["event"] == "unsubscribed" for event in events
    )


def _check(events: Sequence[Mapping[str, Any]]) -> None:
    if [event["recipient"] for event in events if event["event"] == "unsubscribed"] != ["cy@home.test"]:
        raise MailingError("somebody else was unsubscribed")
    for event in events:
        if event["event"] in {"opened", "clicked"}:
            expected = event["recipient"] == "ann@company.test"
            if event["client-info"]["suspected-bot"] is not expected:
                raise MailingError(f"{event['recipient']}'s {event['event']} event was misjudged")


def _print(console: Console, events: Sequence[Mapping[str, Any]]) -> None:
    table = Table("event", "recipient", "by", "what", title="What came back, as webhooks", title_justify="left")
    for event in sorted(events, key=lambda event: (event["recipient"], event["timestamp"])):
        who = _VISITORS.get(event.get("client-info", {}).get("suspected-bot"), "")
        what = event.get("url") or event.get("delivery-status", {}).get("description", "")
        table.add_row(event["event"], event["recipient"], who, escape(str(what)))
    console.print(table)
