"""Checks of everything that a deployment needs."""
