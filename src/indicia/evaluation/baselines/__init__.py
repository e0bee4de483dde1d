"""Published detection rules, re-implemented as their makers describe them, to be measured on the same interactions."""
