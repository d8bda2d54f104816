"""Tests that take minutes, and the report that they write."""
