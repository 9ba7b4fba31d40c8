"""The face for assistants: the Model Context Protocol over HTTP and over stdio (DESIGN 10)."""
