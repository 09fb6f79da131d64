"""What a new playbook would change: against what is live, for whoever stands there, and in the mails of the next day."""
