"""Sending domains and the features each has."""
