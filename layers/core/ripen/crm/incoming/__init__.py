"""What the CRM tells us: how we ask for its changes, and what each change means."""
