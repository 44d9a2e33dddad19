"""Letters that come in: stored raw, read, and acted upon by the same use cases as chat."""
