"""SMTP as a client: one connection at a time, to an address that the egress guard lets through."""
