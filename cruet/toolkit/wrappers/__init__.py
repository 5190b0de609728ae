"""Requests and responses of WSGI applications."""

from .request import Request as Request
from .response import Response as Response
from .response import ResponseStream as ResponseStream

__all__ = ["Request", "Response", "ResponseStream"]
