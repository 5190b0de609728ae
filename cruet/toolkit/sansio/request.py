"""A request as its head describes it."""

from __future__ import annotations

import typing as t

from ..._cruet import CRequestHead, InstanceDict
from .._elsewhere import names_from_elsewhere
from ..datastructures import ImmutableList, ImmutableMultiDict, MultiDict
from ..user_agent import UserAgent

if not t.TYPE_CHECKING:
    __getattr__ = names_from_elsewhere(__name__)


class Request(CRequestHead):
    """A request's method, URL, headers and what they mean; no body, no I/O.

    ``server`` is a (host, port) pair, the port None for a UNIX socket, or None; ``query_string``
    is raw bytes; ``remote_addr`` the peer's address or None. The storage classes may be replaced
    in subclasses: ``parameter_storage_class`` holds ``args``, ``form`` and ``files``,
    ``dict_storage_class`` the cookies, ``list_storage_class`` the ``access_route``.
    """

    if not t.TYPE_CHECKING:
        __dict__ = InstanceDict()

    parameter_storage_class: type[MultiDict[str, t.Any]] = ImmutableMultiDict
    dict_storage_class: type[MultiDict[str, t.Any]] = ImmutableMultiDict
    list_storage_class: type[list[t.Any]] = ImmutableList
    user_agent_class: type[UserAgent] = UserAgent
