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
