# HTTP header values, URL and form grammars.
