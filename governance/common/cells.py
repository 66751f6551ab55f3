"""Cells of files that people open in a spreadsheet."""

DANGEROUS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # wide ones too
CONTROLS = dict.fromkeys(set(range(32)) - {9, 10, 13})


def safe(text: str) -> str:
    """Return a cell without control characters that no spreadsheet takes for a formula."""
    text = text.translate(CONTROLS)
    risky = text.startswith(DANGEROUS) or text.lstrip().startswith(DANGEROUS)
    return f"'{text}" if risky else text
