"""Incoming forms and requests: they are validated, deduplicated, and turned into activities."""
