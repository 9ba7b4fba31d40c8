"""When: the cron language, next runs, words and occurrence decisions. Pure (DESIGN 6)."""
