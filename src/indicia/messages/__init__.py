"""Messages as they are stored: content, recipients and the blobs of large parts."""
