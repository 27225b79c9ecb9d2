"""What a click or a message does."""
