"""What comes back from mail that was sent from here: opens, clicks, unsubscribes, bounces, and their counts."""
