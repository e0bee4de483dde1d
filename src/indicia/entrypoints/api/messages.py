"""`POST /{domain}/messages`: accept mail. The same at `/v3/{domain}/messages`, where Mailgun's clients look for it."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.aggregates.rate_limits import Limit
from indicia.base.clock import Clock
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.forms import MOST_FIELDS
from indicia.entrypoints.api.replies import json_reply, limit_headers
from indicia.entrypoints.api.uploads import FileFields, read_posted
from indicia.messages.blobs import Blobs
from indicia.submissions.accepting import Submissions
from indicia.submissions.addressing import MOST_RECIPIENTS
from indicia.submissions.reading import LARGEST_BYTES, read_submission

MESSAGES = Limit("messages", 600, 60.0)
# In JSON a file takes a third more, and texts and the form's own marks come on top.
_LARGEST_BODY_BYTES = LARGEST_BYTES * 3 // 2
# Clients such as mailgun.js repeat `to` for each recipient.
_MOST_FIELDS = MOST_RECIPIENTS + MOST_FIELDS
_FILES = FileFields(attached="attachment", inline="inline")


class MessagesApi:
    """Accepts messages."""

    def __init__(self, submissions: Submissions, blobs: Blobs, admission: Admission, clock: Clock) -> None:
        self._submissions = submissions
        self._blobs = blobs
        self._admission = admission
        self._clock = clock

    async def submit(self, request: Request) -> Response:
        """Accept one message for all its recipients; answered once it is durable."""
        domain = await self._admission.domain_of(request)
        allowance = self._admission.take(request, MESSAGES)
        posted = await read_posted(
            request, self._blobs, _FILES, most_bytes=_LARGEST_BODY_BYTES, most_fields=_MOST_FIELDS
        )
        submission = read_submission(posted.fields, posted.files, self._clock())
        message_id = await self._submissions.accept(
            domain, submission, digest=posted.digest, idempotency_key=request.headers.get("idempotency-key")
        )
        return json_reply({"id": f"<{message_id}>", "message": "Queued. Thank you."}, headers=limit_headers(allowance))
