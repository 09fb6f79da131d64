"""Compare the files of two playbooks, in the words of the files."""
