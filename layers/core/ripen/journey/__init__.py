"""The journey engine: it decides the next step; nurture.advance applies it."""
