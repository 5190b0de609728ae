# The response object and how it is sent.
