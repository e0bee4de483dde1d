"""Stored history: judge years of opens and clicks from files, on one machine."""
