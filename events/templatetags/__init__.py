"""What templates of the viewer may call."""
