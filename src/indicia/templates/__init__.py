"""Templates that a domain keeps, and their rendering within limits."""
