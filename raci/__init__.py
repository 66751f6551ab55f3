"""Who answers for what, right now and at any other moment."""
