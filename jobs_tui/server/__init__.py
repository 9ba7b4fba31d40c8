"""The HTTP face: webhooks and health (DESIGN 10)."""
