"""Durable jobs in the same database as the data they concern."""
