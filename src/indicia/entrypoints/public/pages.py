"""All that is answered without a key, before any routing."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send


class Page(NamedTuple):
    """An application, and what tells by path which requests it answers."""

    is_for: Callable[[Scope], bool]
    app: ASGIApp


class PublicPages:
    """Sends each public request to its page."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = tuple(pages)

    def is_for(self, scope: Scope) -> bool:
        """Tell whether a request is for any of the pages."""
        return any(page.is_for(scope) for page in self._pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the first page that the request is for."""
        page = next(page for page in self._pages if page.is_for(scope))
        await page.app(scope, receive, send)
