"""Serious incidents of Art. 73: the clock, the steps, who did them."""
