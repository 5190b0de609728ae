# The extension module's types. One section an area, in the order of cython/_cruet.pyx.

# core
version: str
