"""What runs in a rendering process: Liquid with limits, and plain text made from HTML."""
