"""Inbound mail: what comes back to addresses that we wrote ourselves, and nothing else."""
