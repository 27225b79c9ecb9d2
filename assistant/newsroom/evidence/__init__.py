"""What every check needs of a library: its passages, what comes near a text, and the judge."""
