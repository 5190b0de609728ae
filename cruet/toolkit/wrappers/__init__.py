"""Requests and responses of WSGI applications."""

from .request import Request as Request
from .response import Response as Response

__all__ = ["Request", "Response"]
