# Any WSGI application, served.
