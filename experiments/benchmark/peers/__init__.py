"""The yardstick in other frameworks; each runs in a locked environment of its own."""
