"""What a client may send again without its being done again."""
