"""The chat page: renders what `Assistant` answers, and nothing more."""
