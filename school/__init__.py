"""The sales regulations as code: pure, without I/O, clock or framework."""
