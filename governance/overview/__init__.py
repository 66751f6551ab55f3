"""Pages that span stages: Today, the register, one system, the ledger."""
