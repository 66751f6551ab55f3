"""Controls of five frameworks as data, and what in the registry shows each."""
