"""What the organisation has: vendors, agreements, AI systems and their model versions."""
