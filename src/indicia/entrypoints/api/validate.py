"""`GET /{domain}/validate`, what is known about one address, and `/{domain}/validate/batch`, about many."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.aggregates.rate_limits import Limit
from indicia.domains.model import Domain, Feature
from indicia.entrypoints.api.admission import ValidationAdmission
from indicia.entrypoints.api.body import media_type, read_body
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.replies import encoded_reply, json_reply, limit_headers
from indicia.mail.address import parse_one
from indicia.validation.answers import answer
from indicia.validation.batches import Batches, encoded
from indicia.validation.sandbox import INSUFFICIENT_BALANCE, case_of
from indicia.validation.verify import DEADLINE_SECONDS, LONGEST_DEADLINE_SECONDS, Verifier

VALIDATIONS = Limit("validation", 600, 60.0)
BATCHES = Limit("validation-batch", 60, 60.0)
MOST_CHARACTERS = 8000
_SHORTEST_MILLISECONDS = 100


class ValidateApi:
    """Verifies an address while its client waits, and batches while nobody does."""

    def __init__(self, verifier: Verifier, batches: Batches, admission: ValidationAdmission) -> None:
        self._verifier = verifier
        self._batches = batches
        self._admission = admission

    async def validate(self, request: Request) -> Response:
        """Answer within the deadline, with whatever is known by then."""
        domain = await self._admission.domain_of(request)
        text, seconds = _address(request), _seconds(request)
        allowance = self._admission.take(request, VALIDATIONS)
        _refuse_without_balance(domain, text)
        verification = await self._verifier.verify(domain, text, seconds=seconds)
        explain = request.query_params.get("explain", "").lower() in {"true", "1", "yes"}
        return json_reply(answer(verification, explain=explain), headers=limit_headers(allowance))

    async def submit(self, request: Request) -> Response:
        """Accept a batch to be verified in the background."""
        domain = await self._admission.domain_of(request)
        allowance = self._admission.take(request, BATCHES)
        if media_type(request) != "application/json":
            raise ApiError(415, "Send the batch as application/json")
        batch_id = await self._batches.accept(domain, await read_body(request))
        headers = {"Location": f"/{domain.name}/validate/batch/{batch_id}", **limit_headers(allowance)}
        return json_reply({"message": "Accepted", "request_id": batch_id, "status": 202}, 202, headers)

    async def batch(self, request: Request) -> Response:
        """Answer how far a batch is, with its results once all are there."""
        domain = await self._admission.domain_of(request)
        state = await self._batches.state(domain, request.path_params["batch_id"])
        if state is None:
            raise ApiError(404, "There is no such batch, or it has expired")
        return encoded_reply(encoded(state, domain.name))


def _address(request: Request) -> str:
    text = request.query_params.get("address", "")
    if not text.strip():
        raise ApiError(400, "address parameter is missing")
    if len(text) > MOST_CHARACTERS:
        raise ApiError(400, f"address is longer than {MOST_CHARACTERS} characters")
    return text


def _seconds(request: Request) -> float:
    # Compat: Kickbox's `timeout` is in milliseconds, 6000 unless given and 30000 at most.
    text = request.query_params.get("timeout", "")
    if not text:
        return DEADLINE_SECONDS
    longest = int(LONGEST_DEADLINE_SECONDS * 1000)
    if not (text.isascii() and text.isdecimal() and _SHORTEST_MILLISECONDS <= int(text[:9]) <= longest):
        raise ApiError(400, f"timeout: must be {_SHORTEST_MILLISECONDS} to {longest} milliseconds")
    return int(text) / 1000


def _refuse_without_balance(domain: Domain, text: str) -> None:
    if Feature.VALIDATION_SANDBOX in domain.features:
        address = parse_one(text.strip())
        if address is not None and case_of(address) == INSUFFICIENT_BALANCE:
            raise ApiError(403, "Insufficient balance")
