"""What everything may use: clock, ids, errors, logging and metrics; it knows nothing of mail."""
