"""What we say to others, held against libraries that we did not write."""
