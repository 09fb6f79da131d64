"""A journey lived by one invented lead, in memory: the functions that run on AWS, on a table that is a dictionary and a clock
that jumps from due time to due time."""
