"""Keeps an index in step with the files it was made from."""
