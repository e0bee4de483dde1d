"""Deciding whether a person or a machine caused an interaction, and why."""
