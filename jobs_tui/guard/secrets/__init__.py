"""Secrets: references, the sealed store, resolving at run time (DESIGN 9)."""
