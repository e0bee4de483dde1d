"""What a durable job is."""

import msgspec


class Job(msgspec.Struct, frozen=True, gc=False):
    """Work that outlives its process.

    `lane` groups jobs that share a fate, such as one receiver's URL: lanes take turns, so none delays another.
    `attempts` counts claims, this one included; `lease` proves that whoever finishes the job still holds it.
    """

    id: int
    kind: str
    lane: str
    payload: bytes
    attempts: int
    created_at: float
    lease: str


class LaneBacklog(msgspec.Struct, frozen=True, gc=False):
    """What waits in one lane; times are unix seconds.

    Attributes:
        jobs: How many there are, those that are being worked on included.
        leased: How many are being worked on.
        oldest_at: When the oldest was enqueued.
        next_due_at: When the next comes due, those that are being worked on aside; None where there is none.
    """

    lane: str
    jobs: int
    leased: int
    oldest_at: float
    next_due_at: float | None
