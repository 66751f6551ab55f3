"""Named queries that show something about systems: read only, a constant number of look-ups."""
