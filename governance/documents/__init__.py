"""Documents that the AI Act asks for, filled from what the registry knows."""
