"""What users can see of a toolkit: its modules' names, its classes' members, its signatures.

`collect.py` writes it down for the toolkit it is told, here or in the interpreter of an environment
that has Werkzeug; `comparing.py` sets the two lists side by side; `differences.py` names those
entries that differ and why.
"""
