"""What waits for an outside system: Salesforce, Slack, SES and the webhooks of journeys."""
