"""What is in a mail: its text, its links, and its headers."""
