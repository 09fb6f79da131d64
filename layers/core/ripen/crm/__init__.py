"""The CRM: what is written there about a lead, and what is read from there."""
