"""Look up one lead, or read every lead."""
