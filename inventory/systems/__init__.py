"""AI systems and their model versions."""
