"""Rows that several functions read or write: how they are read, and which rows change together."""
