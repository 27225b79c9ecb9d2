"""Measurements: scripts that make their data and print a table."""
