"""Long runs, apart from `make test`: `make soak`."""
