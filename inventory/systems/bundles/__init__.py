"""The release bundle: one document that says everything that decides what a version does."""
