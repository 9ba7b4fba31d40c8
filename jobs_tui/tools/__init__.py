"""With what: typed tools that the agents ``llm`` and ``ops`` share (DESIGN 8)."""
