"""What bin/start and bin/test are made of: the standard library only."""
