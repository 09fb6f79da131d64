"""Use cases that the command line, Slack and the page share.

Each takes the table, the playbook and the other ports that it needs as arguments, and raises Failure if it cannot do
what is asked.
"""
