# The request object over an exchange or a WSGI environ.
