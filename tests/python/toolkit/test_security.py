"""Password hashes in Werkzeug's formats, and paths that stay inside."""

import pytest

from cruet.toolkit import security


@pytest.mark.parametrize("method", ["scrypt:2:1:1", "pbkdf2:sha512:3", "pbkdf2:sha256:2"])
def test_round_trip(method):
    stored = security.generate_password_hash("pässword", method, salt_length=5)
    name, salt, _ = stored.split("$")
    assert (name, len(salt)) == (method, 5)
    assert security.check_password_hash(stored, "pässword")
    assert not security.check_password_hash(stored, "password")
    assert not security.check_password_hash(stored[:-1], "pässword")


def test_hashes_that_werkzeug_made():
    assert security.check_password_hash(
        "pbkdf2:sha256:5$abcd$0bac180bf6af67bcb16998e3af840423335c61ec45d54ea1e471b0b526be0690",
        "x",
    )
    assert security.check_password_hash(
        "scrypt:1024:8:1$abcd$"
        "8e9b9af55c6fccf7d3cb6153b4b67cd8f3595837530a66dd0bd839d18c38cea3"
        "af18bfa11af871a8473302cbf07bff63cc78223bc9df938bf4e3ffd53e6a298c",
        "x",
    )


@pytest.mark.parametrize("stored", ["", "x", "a$b"])
def test_no_hash_at_all(stored):
    assert not security.check_password_hash(stored, "x")


@pytest.mark.parametrize(
    "method", ["sha256", "scrypt:a", "scrypt:1:2", "pbkdf2:a:b:c", "pbkdf2:sha256:x", "plain"]
)
def test_bad_methods(method):
    with pytest.raises(ValueError):
        security.generate_password_hash("x", method)


def test_salt():
    assert len(security.gen_salt(7)) == 7
    with pytest.raises(ValueError):
        security.gen_salt(0)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["b/c"], "a/b/c"),
        (["b/../c", "d"], "a/c/d"),
        (["..b"], "a/..b"),
        (["", "b", ""], "a/b"),
        ([], "a"),
        (["../b"], None),
        ([".."], None),
        (["b/../../c"], None),
        (["/etc/passwd"], None),
        (["//etc"], None),
        (["b", "../c"], None),
    ],
)
def test_safe_join(parts, expected):
    assert security.safe_join("a", *parts) == expected


def test_safe_join_of_nothing():
    assert security.safe_join("", "x") == "./x"


@pytest.mark.parametrize("name", ["CON", "con.txt", "b/NUL ", "LPT¹.x"])
def test_devices_of_windows(monkeypatch, name):
    assert security.safe_join("a", name) is not None
    monkeypatch.setattr("os.name", "nt")
    assert security.safe_join("a", name) is None
