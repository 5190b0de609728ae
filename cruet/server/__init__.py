"""The Python side of the server: options, configuration, application loading."""
