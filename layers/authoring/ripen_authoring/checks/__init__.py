"""Checks of a whole playbook; each yields problems with a file, a line and a remedy."""
