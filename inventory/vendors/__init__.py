"""Vendors and the agreements with them."""
