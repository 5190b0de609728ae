"""Headers, multi-dicts and the values of HTTP headers."""
