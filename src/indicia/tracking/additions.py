"""What tracking puts into one recipient's copy: fields, rewritten bodies."""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from indicia.domains.model import Domain, Feature
from indicia.messages.model import Message, Options, Recipient
from indicia.storage.database import Database
from indicia.tracking import store
from indicia.tracking.links import CopyLinks
from indicia.tracking.return_paths import ReturnPaths
from indicia.tracking.rewriting import Wanted, rewrite_html, rewrite_text, with_ways_out
from indicia.tracking.sealing import Sealing

TRACKING_LABEL = "email."

# Links of the text are counted from here on, so that a number tells which body it was in.
_FIRST_TEXT_NUMBER = 0x8000
# AMP admits no other images and links than it validates, so its bodies are left alone.
_AMP = re.compile(r"<html\b[^>]*?(?:⚡4email|amp4email)", re.IGNORECASE)
_AMP_WITHIN = 1_000

DomainOf = Callable[[int], Awaitable[Domain | None]]
"""Answers the domain of an id."""


class CopyAdditions(NamedTuple):
    """What is added to one copy; pure, and the same each time it is asked."""

    fields: tuple[tuple[str, str], ...]
    links: CopyLinks
    wanted: Wanted
    wants_text_clicks: bool

    def field(self, text: str) -> str:
        """Answer a header field of the customer's with the ways out filled in."""
        return with_ways_out(text, self.links)

    def html(self, document: str) -> str:
        """Answer an HTML body as it is to be sent; of an AMP body only the ways out are filled in."""
        if _AMP.search(document, 0, _AMP_WITHIN):
            return rewrite_text(document, self.links, wants_clicks=False)
        return rewrite_html(document, self.links, self.wanted)

    def text(self, document: str) -> str:
        """Answer a plain-text body as it is to be sent."""
        return rewrite_text(document, self.links, wants_clicks=self.wants_text_clicks, first_number=_FIRST_TEXT_NUMBER)


class Additions:
    """Makes the additions of copies."""

    def __init__(
        self,
        database: Database,
        sealing: Sealing,
        domain_of: DomainOf,
        public_url: str,
        *,
        takes_complaints: bool = False,
    ) -> None:
        """Take `public_url`, under which the links of domains without a tracking host are.

        `takes_complaints` says that mail to feedback addresses arrives here.
        """
        self._database = database
        self._sealing = sealing
        self._domain_of = domain_of
        self._public_url = public_url.rstrip("/")
        self._takes_complaints = takes_complaints

    async def for_copy(self, message: Message, recipient: Recipient) -> CopyAdditions:
        """Answer what to add to a recipient's copy of a message.

        Raises:
            LookupError: The message's domain is gone.
            StorageError: Its settings cannot be read.
        """
        domain = await self._domain_of(message.domain_id)
        if domain is None:
            raise LookupError(message.domain_id)
        settings = await store.settings_of(self._database, domain.id)
        base_url = (
            f"https://{TRACKING_LABEL}{domain.name}" if settings.has_host else f"{self._public_url}/{domain.name}"
        )
        links = CopyLinks(self._sealing, base_url, domain.name, recipient.id, recipient.address)
        return CopyAdditions(
            fields=self._fields(message.options, links),
            links=links,
            wanted=_wanted(message.options, domain),
            wants_text_clicks=message.options.track_text_clicks,
        )

    def _fields(self, options: Options, links: CopyLinks) -> tuple[tuple[str, str], ...]:
        """Write where complaints go (RFC 9477), and the ways out of RFC 2369 and RFC 8058 where they are asked for."""
        fields: tuple[tuple[str, str], ...] = ()
        if self._takes_complaints:
            address = ReturnPaths(self._sealing).feedback_address(links.domain, links.recipient_id)
            fields += (("CFBL-Address", f"{address}; report=arf"),)
        if options.wants_unsubscribe:
            fields += (
                ("List-Unsubscribe", f"<{links.unsubscribe()}>, <{links.unsubscribe_by_mail()}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            )
        return fields


def _wanted(options: Options, domain: Domain) -> Wanted:
    return Wanted(
        opens=options.track_opens,
        clicks=options.track_clicks,
        hidden_links=options.track_clicks and Feature.BOT_DETECTION in domain.features,
    )
