"""Show Indicia end to end: judge a labelled campaign, send a mailing, and tell who reads it.

Everything goes through the faces that every user has: the command line, HTTP, and a webhook.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
from campaign import Scene, read_campaign
from installation import Installation, InstallationError
from mail_host import Mailbox
from mailing import MailingError, Sender, show_mailing
from receiver import Receiver, body_signature_is_right, header_signature_is_right, read_payload
from report import report
from rich.console import Console
from rich.markup import escape

_CAMPAIGN = Path(__file__).with_name("campaign.toml")
_WEBHOOK_SECONDS = 15.0
_NARROWEST = 120

console = Console(highlight=False)


class DemoError(Exception):
    """The demo did not show what it promises; the message says what went wrong."""


async def show(directory: Path) -> None:
    """Run the demo once.

    Raises:
        DemoError: Something was refused, forged or misjudged.
    """
    domain, scenes = read_campaign(_CAMPAIGN, time.time())
    async with (
        Receiver() as receiver,
        Mailbox() as mailbox,
        Installation(directory, receiver_port=receiver.port, mailbox_port=mailbox.port) as indicia,
    ):
        console.print(f"Indicia serves on {indicia.url}, its data in {directory}")
        added = await indicia.run("domain", "add", domain, "--state", "active", "--enable", "bot-detection", "--json")
        async with aiohttp.ClientSession(indicia.url) as client:
            await _follow_hidden_links(client, domain, scenes)
            began = time.perf_counter()
            await _post(client, domain, added["sending_key"], scenes, receiver.port)
            headers, body = await receiver.webhook(_WEBHOOK_SECONDS)
            _show_verdicts(added["signing_key"], scenes, headers, body, took=time.perf_counter() - began)
            console.print("\nNow Indicia sends: one message, three people, three copies.")
            await show_mailing(console, Sender(client, domain, added["sending_key"]), mailbox, receiver)
    console.print("\nThe scanner and the person are told apart, and a scanner's visit unsubscribes nobody.")


def _show_verdicts(key: str, scenes: Sequence[Scene], headers: dict[str, str], body: bytes, *, took: float) -> None:
    payload = read_payload(body)
    _check_signatures(key, headers, body, payload)
    batch = payload["batch"]
    console.print(
        f"The webhook came {took:.2f} s after the post, both signatures right: "
        f"{batch['events']} events, {batch['bots']} of them by bots"
    )
    misjudged = report(console, scenes, {event["event_id"]: event for event in payload["events"]})
    if misjudged:
        raise DemoError(f"{misjudged} of {batch['events']} events were misjudged, marked ✗ above")
    console.print(f"\nAll {batch['events']} verdicts are right.")


async def _follow_hidden_links(client: aiohttp.ClientSession, domain: str, scenes: Sequence[Scene]) -> None:
    """Visit the honeypots of the campaign as the scanners would, each from its own address."""
    for visitor in (scene.honeypot for scene in scenes if scene.honeypot is not None):
        headers = {"Host": f"email.{domain}", "User-Agent": visitor["uas"], "X-Forwarded-For": visitor["ip"]}
        async with client.get(f"/{visitor['message_id']}/hclick", headers=headers) as response:
            await _expect(response, 200)


async def _post(client: aiohttp.ClientSession, domain: str, key: str, scenes: Sequence[Scene], port: int) -> None:
    """Post the whole campaign as one batch, and ask for the reasons."""
    batch = {
        "events": [event for scene in scenes for event in scene.events],
        "webhook_url": f"http://127.0.0.1:{port}/results",
        "explain": True,
    }
    async with client.post(f"/{domain}/bot", json=batch, headers={"ov-token": key}) as response:
        await _expect(response, 202)


async def _expect(response: aiohttp.ClientResponse, status: int) -> None:
    if response.status != status:
        raise DemoError(f"{response.method} {response.url} answered {response.status}: {await response.text()}")


def _check_signatures(key: str, headers: dict[str, str], body: bytes, payload: dict[str, Any]) -> None:
    if not body_signature_is_right(key, payload):
        raise DemoError("the signature in the webhook's body is wrong")
    if not header_signature_is_right(key, headers, body):
        raise DemoError("the webhook-signature header is wrong")


def main() -> None:
    """Run the demo; exit with 1 and one line if it fails."""
    # A pipe has no width of its own, and the reasons need some.
    if not console.is_terminal:
        console.width = _NARROWEST
    with tempfile.TemporaryDirectory(prefix="indicia-demo-") as directory:
        try:
            asyncio.run(show(Path(directory)))
        except (DemoError, InstallationError, MailingError, TimeoutError, aiohttp.ClientError) as error:
            console.print(f"[bold red]The demo failed:[/] {escape(str(error) or type(error).__name__)}")
            sys.exit(1)


if __name__ == "__main__":
    main()
