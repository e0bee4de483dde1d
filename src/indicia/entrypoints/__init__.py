"""How the outside reaches the capabilities."""
