"""Publish a playbook: what it changes, for whom, and what follows."""
