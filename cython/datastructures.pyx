# The native base of the toolkit's headers and multi-dicts.
