"""Locals and proxies: every operator reaches the object, the unbound proxy says what is wrong."""

import asyncio
import copy
import datetime
import gc
import io
import math
import operator
import types
import weakref
from contextvars import ContextVar, copy_context

import pytest

from cruet.toolkit.local import Local, LocalManager, LocalProxy, LocalStack, release_local

variable = ContextVar("variable")


@pytest.fixture(autouse=True)
def own_context():
    token = variable.set(None)
    yield
    variable.reset(token)


def proxy_of(value):
    variable.set(value)
    return LocalProxy(variable)


class Context:
    def __init__(self, request):
        self.request = request


BINARY = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    divmod,
    operator.lshift,
    operator.rshift,
    operator.and_,
    operator.or_,
    operator.xor,
    operator.lt,
    operator.le,
    operator.eq,
    operator.ne,
    operator.gt,
    operator.ge,
]


@pytest.mark.parametrize("operation", BINARY)
def test_binary_operators(operation):
    proxy = proxy_of(7)
    assert operation(proxy, 2) == operation(7, 2)
    assert operation(2, proxy) == operation(2, 7)
    assert operation(proxy, proxy) == operation(7, 7)


def test_other_numbers():
    proxy = proxy_of(-2)
    assert [-proxy, +proxy, abs(proxy), ~proxy] == [2, -2, 2, 1]
    assert [int(proxy), float(proxy), complex(proxy), hash(proxy)] == [-2, -2.0, -2 + 0j, -2]
    assert [round(proxy), math.floor(proxy), math.ceil(proxy), math.trunc(proxy)] == [-2] * 4
    assert [1, 2, 3][proxy] == 2
    assert pow(proxy, 3, 5) == pow(-2, 3, 5)
    assert round(proxy_of(2.345), 1) == 2.3


def test_containers():
    proxy = proxy_of([3, 1])
    proxy.append(2)
    proxy[0] = 0
    del proxy[1]
    assert proxy == [0, 2]
    assert (len(proxy), list(proxy), list(reversed(proxy)), 2 in proxy) == (2, [0, 2], [2, 0], True)
    proxy += [5]
    assert type(proxy) is LocalProxy
    assert variable.get() == [0, 2, 5]
    assert copy.copy(proxy) == copy.deepcopy(proxy) == [0, 2, 5]
    assert type(copy.deepcopy(proxy)) is list
    assert next(proxy_of(iter([9]))) == 9


def test_class_and_names_of_the_object():
    proxy = proxy_of([])
    assert isinstance(proxy, list) and proxy.__class__ is list
    assert type(proxy) is LocalProxy
    assert proxy.__doc__ == list.__doc__
    assert "append" in dir(proxy)
    proxy = proxy_of(Context(5))
    assert proxy.__dict__ == {"request": 5}
    proxy.request = 6
    assert variable.get().request == 6
    del proxy.request
    with pytest.raises(AttributeError):
        proxy.request  # noqa: B018
    assert proxy_of(Context)(7).request == 7
    assert isinstance(Context(1), proxy_of(Context))
    assert issubclass(Context, proxy_of(object))


def test_attribute_of_what_a_variable_holds():
    proxy = LocalProxy(variable, "request", unbound_message="no request")
    variable.set(Context({"a": 1}))
    assert proxy["a"] == 1
    assert proxy._get_current_object() is variable.get().request
    deep = LocalProxy(variable, "request.keys")
    assert list(deep()) == ["a"]


def unbound(proxy, message):
    assert repr(proxy) == "<LocalProxy unbound>"
    assert not proxy
    assert dir(proxy) == []
    assert proxy.__class__ is LocalProxy
    assert "LocalProxy" in proxy.__doc__
    for attempt in (
        lambda: proxy.name,
        lambda: proxy + 1,
        lambda: len(proxy),
        lambda: str(proxy),
        lambda: proxy == 1,
        lambda: hash(proxy),
        lambda: proxy.__dict__,
        lambda: setattr(proxy, "a", 1),
        lambda: proxy._get_current_object(),
    ):
        with pytest.raises(RuntimeError, match=message):
            attempt()


def test_unbound():
    empty = ContextVar("empty")
    unbound(LocalProxy(empty, "x", unbound_message="told so"), "told so")
    unbound(LocalProxy(empty), "not bound")
    unbound(Local()("x", unbound_message="told so"), "told so")
    unbound(LocalStack()(unbound_message="told so"), "told so")
    unbound(LocalProxy.__new__(LocalProxy), "not bound")
    assert LocalProxy(empty).__wrapped__ is empty
    with pytest.raises(TypeError):
        LocalProxy(5)
    with pytest.raises(TypeError):
        LocalProxy(Local())


def test_subclass_has_what_it_defines():
    class Mine(LocalProxy):
        def double(self):
            return self * 2

    variable.set(4)
    assert Mine(variable).double() == 8
    assert Mine(variable).real == 4


def test_getter_that_raises():
    proxy = LocalProxy(lambda: {}["missing"])
    with pytest.raises(KeyError):
        proxy.x  # noqa: B018
    with pytest.raises(KeyError):
        repr(proxy)


def test_async_protocols():
    class Stream:
        left = 2

        def __aiter__(self):
            return self

        async def __anext__(self):
            if not self.left:
                raise StopAsyncIteration
            self.left -= 1
            return self.left

        async def __aenter__(self):
            return "in"

        async def __aexit__(self, *_):
            return True

        def __await__(self):
            yield from asyncio.sleep(0).__await__()
            return "awaited"

    async def main():
        proxy = proxy_of(Stream())
        async with proxy as entered:
            assert entered == "in"
            raise ValueError
        assert [value async for value in proxy] == [1, 0]
        assert await proxy == "awaited"

    asyncio.run(main())


def test_local_belongs_to_its_context():
    local = Local()
    local.name = 1

    def elsewhere():
        local.name = 2
        local.other = 3
        return dict(local)

    assert copy_context().run(elsewhere) == {"name": 2, "other": 3}
    assert dict(local) == {"name": 1}
    del local.name
    for attempt in (lambda: local.name, lambda: delattr(local, "name")):
        with pytest.raises(AttributeError):
            attempt()


def test_stack_belongs_to_its_context():
    stack = LocalStack()
    assert stack.push("a") == ["a"]
    assert copy_context().run(lambda: (stack.pop(), stack.top)) == ("a", None)
    assert stack.top == "a"
    proxy = stack("upper")
    assert proxy() == "A"
    release_local(stack)
    assert stack.pop() is None


def test_manager_releases():
    local, stack = Local(), LocalStack()
    manager = LocalManager([local])
    manager.locals.append(stack)
    assert len(LocalManager(local).locals) == len(LocalManager(stack).locals) == 1

    @manager.middleware
    def application(environ, start_response):
        """Doc."""
        local.name = 1
        stack.push(1)
        return [b"x"]

    assert application.__doc__ == "Doc."
    body = application({}, None)
    assert list(body) == [b"x"]
    assert stack.top == 1
    body.close()
    assert (stack.top, dict(local)) == (None, {})


def test_proxies_take_part_in_garbage_collection():
    class Target:
        pass

    def make():
        target = Target()
        target.proxy = LocalProxy(lambda: target)
        return weakref.ref(target)

    target = make()
    gc.collect()
    assert target() is None


class Day(datetime.date):
    """Its `year` is date's, which is native: a proxy remembers the function behind it."""


class OtherDay(datetime.date):
    @property
    def year(self):
        return -1


def test_an_attribute_of_a_native_class_is_its_types_own_at_each_use():
    year = LocalProxy(variable, "year")
    days = [
        (Day(2001, 1, 1), 2001),
        (OtherDay(2002, 1, 1), -1),
        (datetime.date(2003, 1, 1), 2003),
        (types.SimpleNamespace(year=2004), 2004),
        (Day(2005, 1, 1), 2005),
    ]
    for _ in range(3):
        for day, expected in days:
            variable.set(day)
            assert [year._get_current_object() for _ in range(3)] == [expected] * 3
    variable.set(types.SimpleNamespace(month=1))
    with pytest.raises(AttributeError, match="year"):
        year._get_current_object()


def test_a_native_class_patched_later_is_seen(monkeypatch):
    variable.set(Day(2001, 1, 1))
    year = LocalProxy(variable, "year")
    for _ in range(3):
        assert year == 2001
        with monkeypatch.context() as patched:
            patched.setattr(Day, "year", property(lambda self: 7), raising=False)
            assert year == 7
        assert year == 2001
        with monkeypatch.context() as patched:
            patched.setattr(Day, "__getattribute__", lambda self, name: name, raising=False)
            assert year == "year"
        assert year == 2001


def test_an_error_of_a_native_attribute_is_raised_at_each_use():
    variable.set(io.TextIOWrapper(io.BytesIO()))
    name = LocalProxy(variable, "name")
    for _ in range(3):
        with pytest.raises(AttributeError):
            name._get_current_object()
