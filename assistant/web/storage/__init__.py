"""What is kept for a browser: conversations and feedback."""
