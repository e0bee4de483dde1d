"""The API reference: `/openapi.json` describes the API to programs, and `/docs` shows that to people, with a Try it."""

from importlib import resources

from starlette.requests import Request
from starlette.responses import Response

# The page may load its own two files and call this API, and nothing else anywhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class ReferenceFile:
    """Answers one file of the reference; none needs a key."""

    def __init__(self, name: str, media_type: str) -> None:
        self._body = resources.files("indicia.entrypoints.api").joinpath(name).read_bytes()
        self._media_type = media_type

    async def show(self, _: Request) -> Response:
        """Answer the file."""
        headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
        return Response(self._body, headers=headers, media_type=self._media_type)
