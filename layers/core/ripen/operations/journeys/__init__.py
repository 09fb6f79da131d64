"""Journeys: their shape, the people in them, and the enrollment of leads by hand."""
