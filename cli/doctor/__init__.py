"""What a deployment needs, looked at."""
