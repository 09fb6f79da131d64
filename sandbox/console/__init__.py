"""The console: one page that shows a lead's life as it happens, with buttons for the actions of a visitor.

It reads only sources that any script can read: the report of `ripen lead`, the mailbox, Slack, Salesforce.
"""
