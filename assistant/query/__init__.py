"""Query understanding: a question → a `Query`, once."""
