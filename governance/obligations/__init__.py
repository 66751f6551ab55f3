"""Obligations as living duties: what a signed classification asks for, and how far it is met."""
