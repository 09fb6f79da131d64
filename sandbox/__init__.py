"""The local cloud: all of Ripen on one machine.

It deploys the template that goes to AWS, with stand-ins for SES, Salesforce and Slack.
"""
