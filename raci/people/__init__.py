"""Who holds which role, who is away, who acts for whom, and who may do what."""
