"""Tags for templates that print frameworks."""
