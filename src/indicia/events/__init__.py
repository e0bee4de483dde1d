"""What happened to messages: appended in the transaction that makes it so, and read by customers."""
