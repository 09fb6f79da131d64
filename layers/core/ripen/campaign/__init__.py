"""Campaigns: one mailing to one segment, and walks over the roster of leads."""
