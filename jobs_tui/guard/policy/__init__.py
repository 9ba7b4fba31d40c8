"""Rules that allow, deny or ask: Rego in a worker process, or an OPA server (AGENTS.md 4)."""
