"""Answers such as a strong model writes over several articles, some with an error planted: what is shown of them."""
