"""What must be counted fast and shared, and may be rebuilt from the record."""
