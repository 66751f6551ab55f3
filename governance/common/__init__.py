"""What two stages or more need; no tables."""
