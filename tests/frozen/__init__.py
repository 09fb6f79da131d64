"""Rows and bundles of released versions, which every later version reads."""
