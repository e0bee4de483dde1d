"""Bringing one recipient's copy of a message to its mail exchanger, and keeping what came of it."""
