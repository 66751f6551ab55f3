"""Evidence packs: what the record says, sealed."""
