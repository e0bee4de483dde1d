"""Telling customers' endpoints what happened, at least once."""
