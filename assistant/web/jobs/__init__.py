"""What runs in the background: questions in line, answers as they are written, the library while it loads."""
