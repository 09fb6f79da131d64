"""Publish a playbook: what it changes, for which leads, and what follows."""
