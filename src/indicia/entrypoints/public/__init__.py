"""Addresses that mail clients visit, without a key."""
