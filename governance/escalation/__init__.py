"""What falls due, and whom it climbs to until somebody answers."""
