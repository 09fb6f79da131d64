"""Salesforce, through its REST API: records, campaign members, opportunities, and a journey's requests."""
