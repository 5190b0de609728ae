"""Multi-dicts: several values a key, what dict's own functions see of them, copies and pickles."""

import copy
import json
import pickle

import pytest

from cruet.toolkit.datastructures import (
    CallbackDict,
    CombinedMultiDict,
    ImmutableDict,
    ImmutableList,
    ImmutableMultiDict,
    ImmutableTypeConversionDict,
    MultiDict,
    TypeConversionDict,
    iter_multi_items,
)
from cruet.toolkit.datastructures.structures import (
    _ImmutableOrderedMultiDict,
    _OrderedMultiDict,
)
from cruet.toolkit.exceptions import BadRequestKeyError

PAIRS = [("a", 1), ("b", 2), ("a", 3)]
MULTI = [
    MultiDict,
    ImmutableMultiDict,
    _OrderedMultiDict,
    _ImmutableOrderedMultiDict,
]


class Loud(MultiDict):
    """A subclass that looks its keys up in its own way."""

    def __getitem__(self, key):
        return str(super().__getitem__(key)).upper()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "cls",
    [*MULTI, TypeConversionDict, ImmutableTypeConversionDict, ImmutableDict, CallbackDict, Loud],
)
def test_pickle_keeps_class_and_values(cls, protocol):
    value = cls(PAIRS)
    twin = pickle.loads(pickle.dumps(value, protocol))
    assert type(twin) is cls
    assert twin == value
    if issubclass(cls, MultiDict):
        assert twin.getlist("a") == [1, 3]


def test_more_pickles():
    both = CombinedMultiDict([MultiDict(PAIRS), ImmutableMultiDict(PAIRS)])
    assert pickle.loads(pickle.dumps(both)).getlist("b") == [2, 2]
    assert pickle.loads(pickle.dumps(ImmutableList([1, 2]))) == [1, 2]


@pytest.mark.parametrize("cls", MULTI)
def test_what_plain_functions_see(cls):
    value = cls(PAIRS)
    assert dict(value) == {**value} == {"a": 1, "b": 2}
    assert json.loads(json.dumps(value)) == {"a": 1, "b": 2}
    assert next(iter(value.items(multi=True))) == ("a", 1)
    assert list(value.lists()) == [("a", [1, 3]), ("b", [2])]
    deep = copy.deepcopy(value)
    assert deep == value and type(deep) is cls


def test_subclass_with_own_lookup():
    loud = Loud([("a", "x")])
    assert loud["a"] == "X"
    assert loud.get("a") == "X"
    assert loud.get("b", "d") == "d"


def test_get_converts_and_defaults():
    value = MultiDict([("n", "5"), ("n", "x"), ("none", None)])
    assert value.get("n", type=int) == 5
    assert value.getlist("n", type=int) == [5]
    assert value.get("none", 1, int) == 1
    assert value.get("missing", 2, int) == 2
    with pytest.raises(ZeroDivisionError):
        value.get("n", type=lambda _: 1 / 0)
    with pytest.raises(TypeError):
        value.get([])


def test_empty_lists_are_no_values():
    value = MultiDict({"a": []})
    assert "a" not in value
    value.setlistdefault("a")
    assert list(value.items()) == []
    with pytest.raises(BadRequestKeyError):
        value["a"]
    assert value.pop("a", 5) == 5


@pytest.mark.parametrize("cls", [ImmutableMultiDict, CombinedMultiDict])
def test_immutable(cls):
    value = cls([MultiDict(PAIRS)] if cls is CombinedMultiDict else PAIRS)
    attempts = [
        lambda: value.add("a", 1),
        lambda: value.setlist("a", [1]),
        lambda: value.__setitem__("a", 1),
        lambda: value.__delitem__("a"),
        lambda: value.update({"a": 1}),
        lambda: value.setdefault("c", 1),
        lambda: value.setlistdefault("c", [1]),
        lambda: value.poplist("a"),
        lambda: value.popitem(),
        lambda: value.popitemlist(),
        lambda: value.clear(),
        lambda: value.pop("a"),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt()
    assert type(value.copy()) is MultiDict
    assert type(value | {"z": 1}) is MultiDict
    assert isinstance(hash(value), int)


def test_iter_multi_items():
    assert list(iter_multi_items({"a": (1, 2), "b": 3})) == [("a", 1), ("a", 2), ("b", 3)]
    assert list(iter_multi_items(MultiDict(PAIRS))) == [("a", 1), ("a", 3), ("b", 2)]
    assert list(iter_multi_items(iter(PAIRS))) == PAIRS
    with pytest.raises(TypeError):
        MultiDict(5)
    with pytest.raises(ValueError):
        MultiDict(["a"])


def test_iterators_of_first_values():
    value = MultiDict(PAIRS)
    value.setlistdefault("none")
    for view, expected in [(value.items(), [("a", 1), ("b", 2)]), (value.values(), [1, 2])]:
        assert iter(view) is view
        assert next(view) == expected[0]
        assert list(view) == expected[1:]
        assert list(view) == []
    late = value.items()
    value["c"] = 4  # the first look counts, as with a generator
    assert dict(late) == {"a": 1, "b": 2, "c": 4}
    assert list(MultiDict().items()) == list(MultiDict().values()) == []
    assert list(value.items(multi=True)) == [("a", 1), ("a", 3), ("b", 2), ("c", 4)]


def test_changes_end_an_iteration():
    value = MultiDict(PAIRS)
    view = value.items()
    next(view)
    value["c"] = 4
    for _ in range(2):
        with pytest.raises(RuntimeError, match="changed size"):
            next(view)
    dict.__setitem__(value, "a", "no list")
    with pytest.raises(TypeError):
        list(value.values())


def test_callback_dict_tells():
    seen = []
    value = CallbackDict({"a": 1}, seen.append)
    value["b"] = 2
    value.pop("missing", None)
    value.setdefault("a", 3)
    assert seen == [value]
    value |= {"c": 3}
    assert len(seen) == 2
