"""What templates can do to a text."""
