"""Text processing: sentences, tokens, names, dates, numbers, quotations, Markdown. Imports nothing of the assistant."""
