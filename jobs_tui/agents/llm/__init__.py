"""Agents that are a model behind an endpoint, through pydantic-ai (AGENTS.md 1)."""
