"""What the CRM gets to know about a lead, and what it tells us."""
