"""Recipes of rows that several functions read or write."""
