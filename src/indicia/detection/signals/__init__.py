"""What can be observed about an interaction, one file per group of observations."""
