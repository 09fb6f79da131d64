"""Our output, checked with libraries that we did not write."""
