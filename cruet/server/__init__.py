"""The Python side of the server: options, application loading, reloading, the command."""
