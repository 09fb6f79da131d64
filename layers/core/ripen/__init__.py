"""Ripen's core: pure decisions. No I/O, clock, randomness or environment here; adapters/ talks to outside systems."""
