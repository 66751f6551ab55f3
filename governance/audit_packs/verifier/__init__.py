"""What an auditor holds: the check of a pack in one file, for Python alone."""
