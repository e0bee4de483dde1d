"""Tell whether an address takes mail, without asking a third party."""
