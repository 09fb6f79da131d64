"""Compile mails from MJML, Markdown, pasted HTML or text."""
