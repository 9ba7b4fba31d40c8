"""Where it is kept: SQLite, migrations, one module per family of tables, log chunks (DESIGN 5)."""
