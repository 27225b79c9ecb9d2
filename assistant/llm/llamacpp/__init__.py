"""The embedded model on llama.cpp: its file, its engine, its prompt cache."""
