"""Use cases with several doors (command line, Slack, page): each takes its ports as arguments."""
