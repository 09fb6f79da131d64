"""Journeys: their shape, the people in them, and the enrolment of leads by hand."""
