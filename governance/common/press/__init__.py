"""HTML in, PDF out, in a process of its own with fonts of its own."""
