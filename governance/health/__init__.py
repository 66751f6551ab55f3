"""Whether this installation can work: database, broker, migrations, workers."""
