"""Whether a text states a short answer, by its tokens."""
