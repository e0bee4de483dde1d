"""What is learned over weeks: who acts together, who never comes from the same place, whom to expect where."""
