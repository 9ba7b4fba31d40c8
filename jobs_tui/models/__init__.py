"""What things are: models, enums, ids, errors and the clock. No I/O (DESIGN 3)."""
