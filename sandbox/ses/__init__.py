"""A stand-in for Amazon SES v2: takes what boto3 sends, keeps every mail whole, shows it in a mailbox, publishes the events
that SES would, and fails on demand."""
