"""The HTTP API of customers."""
