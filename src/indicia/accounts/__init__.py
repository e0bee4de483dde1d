"""Accounts, their API keys and their webhook signing keys."""
