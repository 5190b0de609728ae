# The framework's way from an exchange to a response.
