"""The console: one page that shows a lead's life as it happens, and lets you do what a visitor would. It reads what any
script can read: the dossier of `ripen lead`, the mailbox, Slack, Salesforce."""
