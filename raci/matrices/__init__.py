"""Who answers for what: responsibility matrices and their rules."""
