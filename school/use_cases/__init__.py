"""Use cases: one verb a file; they load, decide and stage, and never commit."""
