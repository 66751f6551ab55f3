"""The review of a model version by people who did not make it."""
