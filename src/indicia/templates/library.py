"""A domain's templates: saved, listed, and taken as they are for a message."""

from collections import OrderedDict

from indicia.base.clock import Clock
from indicia.messages.model import TemplateSnapshot
from indicia.storage.database import Database, Steps
from indicia.templates import store
from indicia.templates.model import (
    LARGEST_SOURCE_BYTES,
    InvalidTemplateError,
    Template,
    TemplateNotFoundError,
    TemplateSummary,
    TooManyTemplatesError,
    checked_name,
    is_plain_text,
    text_twin,
)
from indicia.templates.renderer import Renderer

MOST_TEMPLATES = 1000
MOST_VERSIONS = 50
# Of one snapshot: a page of mail is put together from a handful.
MOST_INCLUDES = 50
# Templates of which it is remembered what they include: 64 MB of sources at the most, and rarely one.
_MOST_KNOWN = 256


class TemplateLibrary:
    """The templates of all domains."""

    def __init__(self, database: Database, renderer: Renderer, clock: Clock) -> None:
        self._database = database
        self._renderer = renderer
        self._clock = clock
        self._known_includes: OrderedDict[Template, tuple[str, ...]] = OrderedDict()

    async def put(self, domain_id: int, name: str, source: str) -> Template:
        """Save `source` as the newest version of a template, made now if there was none.

        What it includes need not be there yet.

        Raises:
            InvalidTemplateNameError: It cannot be called that.
            InvalidTemplateError: It cannot be parsed, is too large, or is no text; nothing is saved.
            TemplateTooCostlyError: Parsing it went over a limit; nothing is saved.
            TooManyTemplatesError: The domain has as many as it may.
        """
        checked_name(name)
        if len(source.encode()) > LARGEST_SOURCE_BYTES:
            raise InvalidTemplateError(name, None, f"it is larger than {LARGEST_SOURCE_BYTES // 1024} KiB")
        if "\0" in source:
            raise InvalidTemplateError(name, None, "it must not hold NUL characters")
        await self._renderer.includes_of(name, source, domain_id)
        return await self._database.run(self._put(domain_id, name, source))

    async def get(self, domain_id: int, name: str, version: int | None = None) -> Template:
        """Answer a template, without `version` as last saved.

        Raises:
            TemplateNotFoundError: There is none.
        """
        if version is None:
            found = await store.newest_version(self._database, domain_id, name)
        else:
            found = await store.version_of(self._database, domain_id, name, version)
        if found is None:
            raise TemplateNotFoundError(name, version=version)
        return found

    async def all_of(self, domain_id: int) -> list[TemplateSummary]:
        """Answer a domain's templates, by name."""
        return await store.list_templates(self._database, domain_id)

    async def delete(self, domain_id: int, name: str) -> None:
        """Delete a template with all its versions; messages accepted before keep what they took of it.

        Raises:
            TemplateNotFoundError: There is none.
        """
        if not await self._database.run(store.delete_template(domain_id, name)):
            raise TemplateNotFoundError(name)

    async def snapshot(
        self, domain_id: int, name: str, variables: bytes, *, is_strict: bool = False, version: int | None = None
    ) -> TemplateSnapshot:
        """Take a template, its text twin and all that these include, as they are now.

        Args:
            domain_id: Whose template.
            name: Its file name.
            variables: A JSON object.
            is_strict: Whether a missing variable is an error when it is rendered.
            version: Which version of it; None for the last saved.

        Raises:
            TemplateNotFoundError: The template, or one that it includes, is not there.
            InvalidTemplateError: It includes more than a template may.
        """
        named = await self.get(domain_id, name, version)
        html = None if is_plain_text(name) else named
        text = named if html is None else await store.newest_version(self._database, domain_id, text_twin(name))
        return TemplateSnapshot(
            name=name,
            html=None if html is None else html.source,
            text=None if text is None else text.source,
            includes=await self._includes([found for found in (html, text) if found is not None]),
            variables=variables,
            is_strict=is_strict,
        )

    async def _includes(self, templates: list[Template]) -> dict[str, str]:
        sources: dict[str, str] = {}
        waiting = list(templates)
        while waiting:
            template = waiting.pop()
            for name in await self._includes_of(template):
                if name in sources:
                    continue
                if len(sources) >= MOST_INCLUDES:
                    raise InvalidTemplateError(template.name, None, f"it includes more than {MOST_INCLUDES} templates")
                waiting.append(await self._included(template, name))
                sources[name] = waiting[-1].source
        return sources

    async def _includes_of(self, template: Template) -> tuple[str, ...]:
        known = self._known_includes.get(template)
        if known is None:
            known = await self._renderer.includes_of(template.name, template.source, template.domain_id)
            self._known_includes[template] = known
            while len(self._known_includes) > _MOST_KNOWN:
                self._known_includes.popitem(last=False)
        return known

    async def _included(self, template: Template, name: str) -> Template:
        try:
            return await self.get(template.domain_id, name)
        except TemplateNotFoundError as error:
            raise TemplateNotFoundError(name, included_by=template.name) from error

    def _put(self, domain_id: int, name: str, source: str) -> Steps[Template]:
        is_known = yield from store.has_template(domain_id, name)
        if not is_known and (yield from store.count_names(domain_id)) >= MOST_TEMPLATES:
            raise TooManyTemplatesError(MOST_TEMPLATES)
        return (yield from store.save_version(domain_id, name, source, now=self._clock(), most_versions=MOST_VERSIONS))
