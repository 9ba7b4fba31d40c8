"""The command line face (DESIGN 10)."""
