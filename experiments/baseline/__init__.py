"""Outcomes of every scenario, saved by version of the model."""
