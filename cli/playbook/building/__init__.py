"""From the marketer's models to the structs that the functions read."""
