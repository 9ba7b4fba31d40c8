"""Agents that are language models, local or elsewhere (AGENTS.md 1 and 2)."""
