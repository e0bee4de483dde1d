"""Locks of the operating system on files, which end with their process however that ends."""

import fcntl
import time


def claim(descriptor: int, *, give_up_at: float, look_seconds: float) -> bool:
    """Lock an open file for this process alone, looking every `look_seconds`; False if others hold it for too long.

    `give_up_at` is of the monotonic clock; there is one look at least.
    """
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up_at:
                return False
            time.sleep(look_seconds)
        else:
            return True
