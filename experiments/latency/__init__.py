"""Latency of the dashboard in a browser."""
