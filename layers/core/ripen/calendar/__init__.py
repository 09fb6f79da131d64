"""Time as people count it: local time, business days, dates, recurrence."""
