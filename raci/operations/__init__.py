"""The AI Ops function: who runs what is in use, and whether it can."""
