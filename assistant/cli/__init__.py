"""The command line: `assistant COMMAND`."""
