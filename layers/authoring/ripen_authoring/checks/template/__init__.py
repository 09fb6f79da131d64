"""Checks of Liquid templates."""
