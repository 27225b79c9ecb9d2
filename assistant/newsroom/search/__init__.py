"""Every passage that states something, or has words exactly as they are given."""
