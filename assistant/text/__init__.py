"""What is known of language: numbers in words. Imports nothing of the assistant."""
