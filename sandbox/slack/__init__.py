"""Slack on the local cloud: local-slack, an independent workspace with a web page, behind a proxy of ours.

workspace.py starts the binary; app.py is the proxy that functions and scripts talk to.
"""
