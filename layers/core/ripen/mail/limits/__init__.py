"""How many mails may go: to one person, in one minute, on one day, and when none may."""
