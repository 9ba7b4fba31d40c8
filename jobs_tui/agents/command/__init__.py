"""Agents that are installed programs: claude, codex, gemini and others (AGENTS.md 3)."""
