# One request and its response as the server sees them.
