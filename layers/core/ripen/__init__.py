"""Ripen's core: what decides. No I/O, clock, randomness or environment here; adapters/ talks to the outside."""
