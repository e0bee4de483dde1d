"""Compose one recipient's copy of a message: substituted, tracked, encoded and signed."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from indicia.aggregates.together import Together
from indicia.base.clock import Clock
from indicia.composition.copies import Bodies, Copy, Prepared, copy_for, prepare
from indicia.composition.model import AdditionsFor, Composed, ContentGoneError, Piece, ReadFile
from indicia.composition.parts import file_lines, joined, sent_bytes
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.model import Domain
from indicia.mail.dkim import BodyHash, signatures
from indicia.messages.model import Content, Message, Recipient
from indicia.messages.store import contents_of_rows
from indicia.storage.database import Database
from indicia.templates.model import Builtins
from indicia.templates.renderer import Renderer

# Copies of one message are composed one soon after the other. What is kept of each is bounded by the sizes of both.
_KEPT_MESSAGES = 256
_KEPT_BYTES = 32 * 1024 * 1024

# A hundred copies may be begun at the same moment.
_READ_TOGETHER_BYTES = 256 * 1024

DomainOf = Callable[[int], Awaitable[Domain | None]]
"""Answers the domain of an id."""


class _Kept(NamedTuple):
    prepared: Prepared
    size_bytes: int


class Composer:
    """Composes copies; what it reads of one message it keeps for the next copy."""

    def __init__(
        self,
        database: Database,
        *,
        domain_of: DomainOf,
        keys: DkimKeys,
        renderer: Renderer,
        read: ReadFile,
        additions: AdditionsFor,
        clock: Clock,
    ) -> None:
        self._database = database
        self._contents = Together(partial(contents_of_rows, database))
        self._domain_of = domain_of
        self._keys = keys
        self._renderer = renderer
        self._read = read
        self._additions = additions
        self._clock = clock
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._kept_bytes = 0

    async def compose(self, message: Message, recipient: Recipient) -> Composed:
        """Answer the copy of `message` for `recipient`.

        Composed again, it differs only in its signatures and in what `additions` answers.

        Raises:
            ContentGoneError: What the message says is no longer kept.
            TemplatesError: Its template cannot be rendered for this recipient.
            RenderingUnavailableError: This machine could not render anything now.
            BlobError: A file of it cannot be read.
        """
        prepared = await self._prepared(message)
        domain = await self._domain_of(message.domain_id)
        if domain is None:
            raise ContentGoneError(message.id)
        bodies = await self._bodies(prepared.content, message, recipient, domain)
        added = await self._additions(message, recipient)
        composed = await self._signed(copy_for(prepared, message, recipient, bodies, added), domain)
        # A hidden recipient's address is in the envelope alone.
        is_envelope_ascii = recipient.address.rpartition("@")[0].isascii()
        return composed if is_envelope_ascii else msgspec.structs.replace(composed, needs_smtputf8=True)

    async def _prepared(self, message: Message) -> Prepared:
        kept = self._kept.get(message.id)
        if kept is not None:
            self._kept.move_to_end(message.id)
            return kept.prepared
        if message.size_bytes <= _READ_TOGETHER_BYTES:
            content = await self._contents.get(message.id)
        else:
            content = (await contents_of_rows(self._database, [message.id])).get(message.id)
        if content is None:
            raise ContentGoneError(message.id)
        prepared = prepare(message, content)
        self._keep(message, prepared)
        return prepared

    def _keep(self, message: Message, prepared: Prepared) -> None:
        # Two copies of one message may have been read at the same time.
        before = self._kept.get(message.id)
        # The content, and its files once more in base64.
        kept = self._kept[message.id] = _Kept(prepared, 3 * message.size_bytes)
        self._kept_bytes += kept.size_bytes - (before.size_bytes if before else 0)
        while len(self._kept) > _KEPT_MESSAGES or self._kept_bytes > _KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= oldest.size_bytes

    async def _bodies(self, content: Content, message: Message, recipient: Recipient, domain: Domain) -> Bodies:
        if content.template is None:
            return Bodies(content.text, content.html, content.amp)
        builtins = Builtins(
            sender=content.sender,
            recipient=recipient.address,
            subject=content.subject,
            sent_at=message.deliver_at,
            domain=domain.name,
            tracks_opens=message.options.track_opens,
            tracks_clicks=message.options.track_clicks,
        )
        rendered = await self._renderer.render(content.template, builtins, message.domain_id, is_accepted=True)
        # A text that was submitted beside the template is the customer's own choice of its plain twin.
        return Bodies(rendered.text if content.text is None else content.text, rendered.html, content.amp)

    async def _signed(self, copy: Copy, domain: Domain) -> Composed:
        digest = await self._body_digest(copy.body)
        signers = await self._keys.signers(domain.id, domain.name)
        # Two thirds of the work, and outside the interpreter's lock: the event loop has other things to do.
        signing = partial(signatures, copy.fields, digest, signers, int(self._clock()))
        signed = await asyncio.get_running_loop().run_in_executor(None, signing) if signers else b""
        header = signed + b"".join(copy.fields) + b"\r\n"
        pieces = joined((header, *copy.body))
        return Composed(
            pieces=pieces,
            size_bytes=sum(map(sent_bytes, pieces)),
            needs_smtputf8=not header.isascii(),
            read=self._read,
        )

    async def _body_digest(self, body: Sequence[Piece]) -> bytes:
        body_hash = BodyHash()
        for piece in body:
            if isinstance(piece, bytes):
                body_hash.update(piece)
                continue
            async for lines in file_lines(piece, self._read):
                body_hash.update(lines)
        return body_hash.digest()
