"""The EU AI Act applied to the facts of a system."""
