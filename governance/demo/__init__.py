"""A small organisation built by calling actions only."""
