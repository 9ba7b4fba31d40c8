"""The use-cases, one door for all faces: validate, audit, write, read models (DESIGN 3)."""
