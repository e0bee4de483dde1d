"""Who must not be mailed by a domain any more, and why."""
