"""A question → a `Query`, understood once."""
