"""Pydantic models of the playbook's files."""
