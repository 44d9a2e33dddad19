"""The chat face, the command line, and the composition root."""
