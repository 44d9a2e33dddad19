"""APScheduler as a ticker, and what it ticks."""
