"""Versioned reference data: whose network, which user agent, which mail provider."""
