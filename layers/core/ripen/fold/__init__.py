"""The fold: activities in, the lead's state and its consequences out."""
