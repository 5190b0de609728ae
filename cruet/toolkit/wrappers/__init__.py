"""Request and response objects."""
