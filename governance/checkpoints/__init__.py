"""Signed heads of the record, and the places outside that keep them."""
