"""Campaigns, held mails, previews, and the switches that stop sending."""
