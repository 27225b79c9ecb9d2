"""The judge alone, measured."""
