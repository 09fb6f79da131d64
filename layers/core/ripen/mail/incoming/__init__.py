"""What comes back about a mail: the events of SES, and replies."""
