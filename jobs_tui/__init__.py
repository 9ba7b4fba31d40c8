"""Background jobs for AI agents and shell commands, in a terminal, on one SQLite file."""

__version__ = "0.1.0"
