"""Hostile input: mutated from valid files, at every door by which input enters."""
