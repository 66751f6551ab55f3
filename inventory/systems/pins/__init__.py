"""Does a model id keep meaning the same model? Rules over a table that anybody can extend."""
