"""What holds for every test."""

from hypothesis import settings

# The same examples in every run, and no clock: a slow machine is no bug of the code under test.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")
