"""Incoming forms and requests: validated, deduplicated, turned into activities."""
