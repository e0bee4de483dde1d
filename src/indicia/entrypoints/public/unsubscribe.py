"""The unsubscribe link: a POST ends the mail (RFC 8058), a GET only asks, because scanners follow every link.

What is shown depends on the token's authenticity and the visitor's language alone. Whether the address is known,
suppressed already, or its message long forgotten makes no difference.
"""

import html
import json
import re
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from indicia.base.log import get_logger
from indicia.entrypoints.public.addresses import names_segment, tracking_address
from indicia.entrypoints.public.answers import (
    NOT_FOUND,
    UNAVAILABLE,
    Answer,
    method_not_allowed,
    page,
    send_answer,
)
from indicia.entrypoints.public.tracking import LONGEST_USER_AGENT
from indicia.net.client_address import Network, client_address
from indicia.storage.database import StorageError
from indicia.tracking.keys import Keyring
from indicia.tracking.links import UNSUBSCRIBE_PURPOSE, UNSUBSCRIBE_SEGMENT, OptOut, read_opt_out, read_token
from indicia.tracking.opt_outs import OptOuts, Visitor

log = get_logger()

# Mailbox providers send `List-Unsubscribe=One-Click` in either kind of form, our page sends `confirm`.
_WISH = re.compile(rb"(?:\bList-Unsubscribe=One-Click\b|\bconfirm=yes\b|name=\"?List-Unsubscribe\"?\s+One-Click\b)")
_MOST_BODY_BYTES = 4_096
_POLICY = b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
_STYLE = "body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}button{font:inherit}"
_PAGE = (
    '<!doctype html><html lang="{language}" dir="auto"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>" + _STYLE.replace("{", "{{").replace("}", "}}") + "</style>"
    "<h1>{title}</h1><p>{text}</p>{form}</html>"
)
_FORM = '<form method="post"><button name="confirm" value="yes">{button}</button></form>'
_PREFERENCE = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?")
_MOST_PREFERENCES = 20
_SAME = {"no": "nb", "nn": "nb"}


class Phrases(NamedTuple):
    """What the pages say in one language."""

    title: str
    question: str
    button: str
    done_title: str
    done: str


def load_phrases() -> dict[str, Phrases]:
    """Read the pages' words by language."""
    text = (resources.files("indicia.entrypoints.public") / "phrases.json").read_text("utf-8")
    return {language: Phrases(*words) for language, words in json.loads(text).items()}


def language_of(accepted: str, known: dict[str, Phrases]) -> str:
    """Answer the known language that an `Accept-Language` header prefers; English where it names none."""
    best, best_quality = "en", 0.0
    for item in accepted.split(",")[:_MOST_PREFERENCES]:
        found = _PREFERENCE.match(item.strip())
        if found is None:
            continue
        language = found[1].lower()
        language = _SAME.get(language, language)
        quality = float(found[2]) if found[2] else 1.0
        if language in known and quality > best_quality:
            best, best_quality = language, quality
    return best


class UnsubscribePage:
    """Answers unsubscribe links."""

    def __init__(
        self, keyring: Keyring, opt_outs: OptOuts, trusted_proxies: Sequence[Network], *, shared: str | None
    ) -> None:
        """Take `shared`, what `tracking_domain` makes of the host that all domains share."""
        self._shared = shared
        self._keyring = keyring
        self._opt_outs = opt_outs
        self._trusted_proxies = trusted_proxies
        self._phrases = load_phrases()

    def is_for(self, scope: Scope) -> bool:
        """Tell by its path whether a request is for an unsubscribe link."""
        return names_segment(scope["path"], frozenset({UNSUBSCRIBE_SEGMENT}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask for confirmation, or end the mail and say so."""
        await send_answer(send, await self._answer(scope, receive), is_head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        method = scope["method"]
        if method not in {"GET", "HEAD", "POST"}:
            return method_not_allowed(b"GET, HEAD, POST")
        headers = Headers(scope=scope)
        address = tracking_address(headers.get("host", ""), scope["path"], self._shared)
        token = read_token(address.token) if address is not None else None
        content = (
            await self._keyring.open_token(UNSUBSCRIBE_PURPOSE, address.domain, token)
            if address is not None and token is not None
            else None
        )
        if address is None or content is None:
            return NOT_FOUND
        wish = _WISH.search(await _body(receive)) if method == "POST" else None
        is_done = False
        if wish is not None:
            visitor = self._visitor(scope, headers, on_page=wish[0].startswith(b"confirm"))
            try:
                is_done = await self._opt_out(address.domain, read_opt_out(content), visitor)
            except StorageError as error:
                log.warning("opt_out.not_stored", domain=address.domain, error=str(error))
                return UNAVAILABLE
        return page(200, self._page(headers.get("accept-language", ""), address.domain, is_done=is_done), _POLICY)

    async def _opt_out(self, domain: str, wish: OptOut, visitor: Visitor) -> bool:
        how = f"unsubscribe link, from {visitor.ip}"
        return await self._opt_outs.opt_out(domain, wish.recipient_id, wish.address, how=how, visitor=visitor)

    def _visitor(self, scope: Scope, headers: Headers, *, on_page: bool) -> Visitor:
        peer = scope["client"][0] if scope["client"] else ""
        ip = client_address(peer, headers.getlist("x-forwarded-for"), self._trusted_proxies)
        return Visitor(ip, headers.get("user-agent", "")[:LONGEST_USER_AGENT], on_page)

    def _page(self, accepted: str, domain: str, *, is_done: bool) -> bytes:
        language = language_of(accepted, self._phrases)
        phrases = self._phrases[language]
        title, text = (phrases.done_title, phrases.done) if is_done else (phrases.title, phrases.question)
        form = "" if is_done else _FORM.format(button=html.escape(phrases.button))
        shown = html.escape(text.format(domain=domain))
        return _PAGE.format(language=language, title=html.escape(title), text=shown, form=form).encode()


async def _body(receive: Receive) -> bytes:
    """Read the first bytes of a body; a form of ours is much smaller."""
    body = b""
    while len(body) < _MOST_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body", False):
            break
    return body[:_MOST_BODY_BYTES]
