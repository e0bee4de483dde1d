"""Accept the request for a message: its fields, its limits, its repeats."""
