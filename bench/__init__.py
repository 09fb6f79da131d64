"""Benchmarks: each measures a ratio against a floor in the same run. `make bench` runs all of them."""
