"""Documents to strings. A renderer takes a mapping and imports nothing else of ours."""
