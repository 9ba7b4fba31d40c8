"""The agent ``ops``: plain English to tools, with no model (DESIGN 8)."""
