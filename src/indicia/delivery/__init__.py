"""Bring each recipient's copy to a mail host, and record what came of it."""
