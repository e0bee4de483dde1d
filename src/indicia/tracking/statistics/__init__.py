"""What became of mail, counted: by message, day, tag, variable and mailbox provider, raw and for people alone."""
