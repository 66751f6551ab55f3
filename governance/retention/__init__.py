"""How long personal values are kept, why, and who erased them."""
