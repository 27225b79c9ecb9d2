"""The pipeline of a question: understand, read (retrieve, generate, verify, select, render), answer."""
