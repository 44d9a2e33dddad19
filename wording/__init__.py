"""Words shared by every face: labels, hints, errors, plurals, dates and sums in Russian."""
