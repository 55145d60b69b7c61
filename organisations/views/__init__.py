"""The pages of organisations. One module a noun."""
