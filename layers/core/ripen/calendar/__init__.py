"""Time as people count it: local time, business days, dates, waits and recurrence."""
