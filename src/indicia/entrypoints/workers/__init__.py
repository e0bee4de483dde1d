"""Background work: claim a job, do it, finish it."""
