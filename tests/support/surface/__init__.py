"""What users can see of a package: its modules' names, its classes' members, its signatures.

`collect.py` writes it down for the toolkit or framework it is told, here or in the interpreter of
an environment that has Werkzeug or Flask; `comparing.py` sets the two lists side by side;
`differences.py` and `framework_differences.py` name those entries that differ and why.
"""
