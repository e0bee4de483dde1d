"""Read a request's body without trusting its length, its pace or its type."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from indicia.entrypoints.api.errors import ApiError

# A batch of 500 events with full User-Agents and 4 KiB of a client's own attributes each stays below this.
LARGEST_BODY_BYTES = 4 * 1024 * 1024
# One deadline for the whole body, so that a byte a second does not hold a connection.
BODY_SECONDS = 30.0


async def read_body(request: Request, *, most_bytes: int = LARGEST_BODY_BYTES, seconds: float = BODY_SECONDS) -> bytes:
    """Answer the whole body.

    Raises:
        ApiError: It is too large (413), encoded (415), or was not sent in time (408).
    """
    refuse_early(request, most_bytes)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most_bytes:
                    raise too_large(most_bytes)
                chunks.append(chunk)
    except TimeoutError as error:
        raise ApiError(408, f"The body did not arrive within {seconds:.0f} seconds") from error
    except ClientDisconnect as error:
        raise ApiError(400, "The body ended early") from error
    return b"".join(chunks)


def refuse_early(request: Request, most_bytes: int) -> None:
    """Refuse a body by what its headers say of it.

    Raises:
        ApiError: It is encoded (415), or too large (413).
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiError(415, "Send the body without Content-Encoding")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > most_bytes:
        raise too_large(most_bytes)


def too_large(most_bytes: int) -> ApiError:
    """Answer what is said of a body that is too large."""
    return ApiError(413, f"The body is larger than {most_bytes} bytes")


def media_type(request: Request) -> str:
    """Answer the Content-Type in lower case, without its parameters; empty where there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
