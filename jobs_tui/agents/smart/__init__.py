"""Which agent fits a job best (AGENTS.md 6)."""
