"""The local cloud: all of Ripen on one machine, from the template that goes to AWS, with stand-ins for SES, Salesforce and
Slack."""
