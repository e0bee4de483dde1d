"""Put results and errors into HTTP answers: the one place that knows which failure has which status."""

import math
from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from indicia.aggregates.rate_limits import Allowance
from indicia.base.errors import AppError
from indicia.detection.posted import InvalidRequestError
from indicia.domains.model import DomainNotFoundError, DomainState
from indicia.entrypoints.api.errors import ApiError
from indicia.messages.blobs import BlobError
from indicia.repeats.model import RepeatConflictError
from indicia.storage.database import StorageError
from indicia.submissions.model import (
    SendingNotAllowedError,
    SubmissionPendingError,
    SubmissionRefusedError,
    SubmissionsError,
    SubmissionTooLargeError,
)
from indicia.suppressions.model import NotSuppressedError, UnreadableListError
from indicia.templates.model import RenderingUnavailableError, TemplateNotFoundError, TemplatesError
from indicia.tracking.statistics.report import InvalidQuestionError
from indicia.validation.model import InvalidBatchError
from indicia.webhooks.model import InvalidSubscriptionError

# How long a client waits before it tries again when the store could not take its request.
_RETRY_AFTER_SECONDS = 5

_STATES = {
    DomainState.UNVERIFIED: "The domain is unverified and requires DNS configuration.",
    DomainState.DISABLED: "The domain is disabled.",
}


def json_reply(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer `content` as JSON with sorted keys."""
    return encoded_reply(msgspec.json.encode(content, order="sorted"), status, headers)


def encoded_reply(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer JSON that is already encoded."""
    return Response(body, status, headers=dict(headers or {}), media_type="application/json")


def unauthorized() -> Response:
    """Answer that no valid key was shown; the same bytes whatever was wrong with it."""
    return json_reply({"message": "Unauthorized"}, 401)


def error_reply(error: ApiError) -> Response:
    """Answer an error in the form that all errors have."""
    content: dict[str, object] = {"message": error.message, "status": error.status}
    if error.errors:
        content["errors"] = error.errors
    return json_reply(content, error.status, error.headers)


def as_api_error(error: AppError) -> ApiError | None:
    """Answer how the API tells its client about a capability's error; None for one that no client causes."""
    match error:
        case DomainNotFoundError() | NotSuppressedError():
            return ApiError(404, _absence(error))
        case (
            InvalidRequestError(problems=problems)
            | InvalidQuestionError(problems=problems)
            | InvalidSubscriptionError(problems=problems)
            | InvalidBatchError(problems=problems)
            | UnreadableListError(problems=problems)
        ):
            message = problems[0] if len(problems) == 1 else f"{len(problems)} problems in the request; see errors"
            return ApiError(400, message, errors=problems)
        case RepeatConflictError():
            return ApiError(409, "This Idempotency-Key was used with another body")
        case SubmissionsError() | TemplatesError():
            return _as_message_error(error)
        case StorageError() | BlobError() | RenderingUnavailableError():
            retry_after = {"Retry-After": str(_RETRY_AFTER_SECONDS)}
            return ApiError(503, "The request could not be stored; try again", headers=retry_after)
    return None


def _absence(error: DomainNotFoundError | NotSuppressedError) -> str:
    if isinstance(error, DomainNotFoundError):
        return f"Domain not found: {error.name}"
    return "Address not found in the suppression list"


def _as_message_error(error: SubmissionsError | TemplatesError) -> ApiError | None:
    match error:
        case TemplatesError():
            is_absent = isinstance(error, TemplateNotFoundError) and error.included_by is None
            return ApiError(404 if is_absent else 400, error.explanation)
        case SubmissionRefusedError(reason=reason):
            return ApiError(400, reason)
        case SubmissionTooLargeError(most_bytes=most_bytes):
            return ApiError(413, f"The message is larger than {most_bytes // 1024**2} MB")
        case SendingNotAllowedError(name=name, state=state):
            return ApiError(402, f"Domain {name} is not allowed to send: {_STATES[state]}")
        case SubmissionPendingError():
            message = "A request with this Idempotency-Key is being accepted; ask again for its answer"
            return ApiError(409, message, headers={"Retry-After": "1"})
    return None


def limit_headers(allowance: Allowance | None) -> dict[str, str]:
    """Describe a rate limit to its client, where one holds: draft-ietf-httpapi-ratelimit-headers-11."""
    if allowance is None:
        return {}
    name, quota, seconds = allowance.limit
    return {
        "RateLimit-Policy": f'"{name}";q={quota};w={seconds:.0f}',
        "RateLimit": f'"{name}";r={allowance.remaining};t={math.ceil(allowance.reset_after)}',
    }


def too_many(allowance: Allowance) -> ApiError:
    """Refuse a request over its limit, and say when to come back."""
    name, quota, seconds = allowance.limit
    wait = max(1, math.ceil(allowance.retry_after))
    return ApiError(
        429,
        f"Too many requests: {quota} {name} requests in {seconds:.0f} seconds are allowed; try again in {wait} s",
        headers={"Retry-After": str(wait), **limit_headers(allowance)},
    )
