"""The families of bots and of people, grouped by what they have in common."""
