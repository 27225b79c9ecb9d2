"""Exhaustive search: every passage that states something, or has words exactly as they are given."""
