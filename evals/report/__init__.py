"""A run, or two, as tables for the terminal and as one HTML file."""
