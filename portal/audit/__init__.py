"""The append-only trail, and the scope that every way to patient data goes through."""
