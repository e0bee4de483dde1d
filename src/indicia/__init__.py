"""Indicia: an open, self-hosted email API that knows humans from bots."""
