"""A company as a whole: what the scores and titles of its people add up to."""
