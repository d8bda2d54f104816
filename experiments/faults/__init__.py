"""Faults in a batch: killed at random, damaged, without permission, on a full disk."""
