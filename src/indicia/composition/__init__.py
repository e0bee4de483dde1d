"""One message and one recipient in, signed MIME out."""
