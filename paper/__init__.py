"""Documents made and read, without I/O of its own."""
