"""The ten patterns that the model must reproduce, with a figure each."""
