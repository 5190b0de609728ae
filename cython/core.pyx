# Errors and versions.
from libcpp.string cimport string

from lib_core cimport cruet_version

version = cruet_version().decode("ascii")
