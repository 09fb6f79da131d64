"""Visits and clicks, and whether a person or a machine made them."""
