"""A stand-in for Amazon SES v2.

It takes requests from boto3, keeps every mail whole, shows it in a mailbox, publishes the events that SES would
publish, and fails on demand.
"""
