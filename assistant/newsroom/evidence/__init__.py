"""Access to a library's evidence: its passages, what comes near a text, and the judge."""
