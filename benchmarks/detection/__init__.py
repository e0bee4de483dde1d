"""A labelled world of email interactions, and the means to measure any judge of them."""
