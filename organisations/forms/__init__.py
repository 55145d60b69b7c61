"""The shape of what people write about organisations. One module a noun."""
