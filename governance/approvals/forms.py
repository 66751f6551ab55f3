"""Forms of model updates."""
