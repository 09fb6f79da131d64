"""A journey as a picture, with the people in it."""
