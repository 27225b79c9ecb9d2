"""A draft, sentence by sentence, against the library."""
