"""Amazon SES: sending mail, its quota, and received mail."""
