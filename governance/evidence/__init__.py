"""Files and links that show something about a system."""
