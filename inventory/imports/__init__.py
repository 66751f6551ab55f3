"""Inventories read from files."""
