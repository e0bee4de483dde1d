"""One asynchronous interface to the system of record."""
