"""Event handlers of the page: what a click or a message does."""
