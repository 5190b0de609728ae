"""What applications do in cruet and in Flask: the same small applications are run in both.

A probe is a generator function of `probes/`: it makes applications with the kit that it is given,
asks them something, and yields what came of it, each under a label. `driver.py` runs all probes in
one framework, here or in the interpreter of an environment that has Flask; `comparing.py` sets the
outcomes side by side; `differences.py` names those that differ and why.

With Flask requests come by WSGI. With cruet they come in three ways: by WSGI, from the wire as far
as the response, and from the wire as far as the bytes that are sent.
"""
