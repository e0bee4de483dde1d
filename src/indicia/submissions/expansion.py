"""Bound what recipient variables make of a message before it is accepted: a few bytes could stand for gigabytes."""

from collections import Counter
from collections.abc import Sequence

from indicia.messages.variables import LONGEST_ESCAPE, Values, length_filled_in, placeholders_in
from indicia.submissions.addressing import LONGEST_ADDRESS_OCTETS
from indicia.submissions.model import Submission, SubmissionRefusedError, SubmissionTooLargeError

# Of one recipient; every event about them shows their variables.
LARGEST_VARIABLES_BYTES = 64 * 1024
MOST_PLACEHOLDERS = 1000


def check_expansion(submission: Submission, bodies: Sequence[str], most_bytes: int) -> None:
    """Check the variables of each recipient, and what they make of the fields and of the `bodies` that they fill in.

    Raises:
        SubmissionRefusedError: A recipient has too many variables, or the fields become too long by them.
        SubmissionTooLargeError: A copy would be larger than `most_bytes`.
    """
    variables = submission.recipient_variables
    if variables is None:
        return
    if any(len(each) > LARGEST_VARIABLES_BYTES for each in variables.values()):
        raise SubmissionRefusedError("'recipient-variables' parameter is limited to 64 kB for each recipient")
    in_fields = placeholders_in(_fields(submission))
    in_bodies = placeholders_in(bodies)
    if max(len(in_fields), len(in_bodies)) > MOST_PLACEHOLDERS:
        raise SubmissionRefusedError(f"The message may have {MOST_PLACEHOLDERS} different %recipient variables at most")
    # As if every character had to be escaped: what comes near to this is no mail that anybody means.
    room = (most_bytes - submission.size_bytes) // LONGEST_ESCAPE
    for address, _ in submission.recipients:
        own = variables.get(address.canonical)
        if _length(in_fields, address.envelope, own, LARGEST_VARIABLES_BYTES) > LARGEST_VARIABLES_BYTES:
            raise SubmissionRefusedError("'recipient-variables' parameter makes the headers of a copy too long")
        if _length(in_bodies, address.envelope, own, room) > room:
            raise SubmissionTooLargeError(most_bytes)


def _length(placeholders: Counter[str | None], address: str, variables: bytes | None, most: int) -> int:
    """Answer how long what fills in the placeholders is, or more than that where even so it is within `most`."""
    longest_value = max(len(variables or b""), LONGEST_ADDRESS_OCTETS)
    roughly = longest_value * placeholders.total()
    return roughly if roughly <= most else length_filled_in(placeholders, Values.of(address, variables))


def _fields(submission: Submission) -> list[str]:
    headers = [value for _, value in submission.headers]
    return [submission.subject, submission.reply_to, *headers, *submission.variables.values()]
