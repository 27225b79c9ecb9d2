"""The HTTP API: questions, an OpenAI-compatible chat, search and the library, for other programs (docs/http.md)."""
