"""JSON for requests, responses and templates."""
