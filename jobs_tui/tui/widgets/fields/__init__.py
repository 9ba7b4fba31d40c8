"""Form fields of one or two rows, made for 80 columns and for keys alone (UX.md 5.2)."""
