"""What observations mean, one pure rule per file."""
