"""What stands in the way of work: looked for, told to machines by /readyz, and to administrators once."""
