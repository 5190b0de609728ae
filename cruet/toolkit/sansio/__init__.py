"""Requests, responses and grammars without any I/O."""
