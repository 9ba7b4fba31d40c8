"""Makes it happen: lease, tick, queue, dispatch, attempts, recovery (DESIGN 7)."""
