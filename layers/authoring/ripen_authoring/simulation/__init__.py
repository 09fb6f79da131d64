"""Simulate a journey for one invented lead, in memory, with the real workers and a clock that jumps."""
