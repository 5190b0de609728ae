"""The tests of Flask's extensions and of what else stands on Flask or Werkzeug, by both."""
