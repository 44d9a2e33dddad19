"""The ticker, and what it ticks."""
