"""Alerts for sales, and the Slack cards that show them."""
