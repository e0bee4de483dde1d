"""`GET /address/parse`: a text with addresses in, the addresses out."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.replies import json_reply
from indicia.mail.address import Address, parse_list

# What the original's model takes.
MOST_CHARACTERS = 8000


class AddressApi:
    """Parses addresses for customers as Indicia itself does."""

    async def parse(self, request: Request) -> Response:
        """Answer the addresses in `addresses`, in order, and what in it is none."""
        # A client that repeats the parameter means a list.
        given = ",".join(request.query_params.getlist("addresses"))
        if not given.strip():
            raise ApiError(400, "addresses parameter is missing")
        if len(given) > MOST_CHARACTERS:
            raise ApiError(400, f"addresses is longer than {MOST_CHARACTERS} characters")
        parsed = parse_list(given)
        return json_reply(
            {"parsed": [_shown(address) for address in parsed.addresses], "unparseable": parsed.unparseable}
        )


def _shown(address: Address) -> dict[str, str]:
    shown = {"domain": address.domain, "email": address.addr_spec, "localpart": address.local}
    return shown | {"name": address.name} if address.name else shown
