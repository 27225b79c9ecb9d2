"""The assistant's tools for other programs' language models, by the Model Context Protocol (docs/mcp.md)."""
