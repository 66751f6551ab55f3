"""People, business units, roles, and what a person may see."""
