"""The terminal face (UX.md)."""
