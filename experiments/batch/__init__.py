"""Memory and speed of batches, measured."""
