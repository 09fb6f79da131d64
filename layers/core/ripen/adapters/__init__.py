"""One module for each outside system. Its words, keys and codes stay inside."""
