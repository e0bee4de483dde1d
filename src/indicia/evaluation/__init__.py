"""Measures detection on labelled interactions: who is judged wrongly, how often, and because of what."""
