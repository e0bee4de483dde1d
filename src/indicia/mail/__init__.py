"""What the RFCs say about mail: addresses, replies, reports and signatures. No I/O."""
