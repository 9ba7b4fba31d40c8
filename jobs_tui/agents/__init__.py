"""Who does it: runners behind one seam (DESIGN 8)."""
