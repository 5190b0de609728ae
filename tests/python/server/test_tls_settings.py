"""Certificates, and who may connect by them: the settings of TLS."""

from __future__ import annotations

import http.client
import json
import os
import signal
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from certificates import Authority
from running import fails, running, until
from secured import APP, Secure, read_all, secure

from cruet import _cruet

pytestmark = pytest.mark.skipif(not _cruet.has_tls, reason="built without OpenSSL")


def test_a_client_gets_the_certificate_of_its_host(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one, any_, two = (
        authority.make("one.test", "localhost"),
        authority.make("*.any.test"),
        authority.make("two.test"),
    )
    options = [*one.options, *any_.options, *two.options]
    with secure(tmp_path, *options, authority=authority) as served:
        assert served.shown("one.test") == "one.test"
        assert served.shown("a.any.test") == "*.any.test"
        assert served.shown("two.test") == "two.test"
        assert served.shown("elsewhere.test") == "one.test"
        with served.connect("two.test") as client:
            client.sendall(b"GET /environ HTTP/1.1\r\nHost: two.test\r\nConnection: close\r\n\r\n")
            assert read_all(client).startswith(b"HTTP/1.1 200 OK")
    # The same, from a file.
    (tmp_path / "cruet.toml").write_text(
        f"certfile = ['{one.certificate}', '{two.certificate}']\n"
        f"keyfile = ['{one.key}', '{two.key}']\n"
    )
    with secure(tmp_path, authority=authority) as served:
        assert served.shown("two.test") == "two.test"


def test_a_reload_takes_new_certificates_and_refuses_broken_ones(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one = authority.make("localhost", "one.test", file="current", name="one")
    with secure(tmp_path, *one.options, authority=authority) as served:
        server = served.server
        connection = served.connection()
        connection.request("GET", "/")
        before = json.loads(connection.getresponse().read())["pid"]
        connection.close()
        assert served.shown() == "one"

        authority.make("localhost", "two.test", file="current", name="two")
        server.process.send_signal(signal.SIGHUP)
        server.await_line("Reloaded")
        until(lambda: served.shown() == "two")
        after = served.get()["pid"]
        assert after != before

        one.key.write_text("no key\n")
        server.process.send_signal(signal.SIGHUP)
        server.await_line(
            r"The configuration stays as it was: certfile: .*current\.key: holds no private key"
        )
        assert served.shown() == "two"
        assert served.get()["pid"] == after
        # Also a worker that is made anew has what the others have.
        os.kill(after, signal.SIGKILL)
        server.ready(3)
        assert served.shown() == "two"
        assert server.end(signal.SIGTERM) == 0


def test_files_that_are_of_no_use(tmp_path: Path) -> None:
    (tmp_path / "tlsapp.py").write_text(APP)
    authority = Authority(tmp_path)
    good, other = authority.make("localhost"), authority.make("other")
    expired = authority.make("expired", life=timedelta(days=-1))
    missing = str(tmp_path / "missing.pem")

    def refusal(*options: str) -> str:
        code, text = fails("tlsapp:app", "--port", "0", *options, cwd=tmp_path)
        assert code == 1
        assert text.count("\n") == 1, text
        check, told = fails("tlsapp:app", *options, "--check-config", cwd=tmp_path)
        assert (check, told) == (code, text)
        return text

    certificate = str(good.certificate)
    assert f"{missing}: no such file or directory" in refusal("--certfile", missing)
    assert f"{certificate}: holds no private key" in refusal("--certfile", certificate)
    pair = ("--certfile", certificate, "--keyfile", str(other.key))
    assert f"{other.key}: does not belong to {certificate}" in refusal(*pair)
    assert f"{expired.certificate}: has expired on 20" in refusal(*expired.options)
    assert "keyfile needs one for each" in refusal("--keyfile", str(good.key))
    assert "NO-SUCH: no cipher match" in refusal(*good.options, "--ciphers", "NO-SUCH")
    assert "no authorities are named" in refusal(*good.options, "--cert-reqs", "required")


def test_clients_show_certificates(tmp_path: Path) -> None:
    authority, strangers = Authority(tmp_path), Authority(tmp_path, "strangers")
    me = authority.make(name="somebody")
    stranger = strangers.make(name="stranger")
    asking = [*authority.make("localhost").options, "--ca-certs", str(authority.file)]
    for reqs in ("required", "optional"):
        options = [*asking, "--cert-reqs", reqs]
        with secure(tmp_path, *options, authority=authority) as served:
            found = served.get("/environ", me)
            assert found["SSL_CLIENT_VERIFY"] == "SUCCESS"
            assert found["SSL_CLIENT_S_DN"] == "CN=somebody"
            assert found["SSL_CLIENT_I_DN"] == "CN=authority"
            assert found["SSL_CLIENT_CERT"] == me.certificate.read_text()
            if reqs == "optional":
                assert not [name for name in served.get("/environ") if name.startswith("SSL_")]
            else:
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    served.get("/environ")
            with pytest.raises((ssl.SSLError, ConnectionError)):
                served.get("/environ", stranger)


def test_the_options_of_flask_s_run_serve_without_debug(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    me = authority.make("localhost")
    options = ["--cert", str(me.certificate), "--key", str(me.key)]
    with secure(tmp_path, *options, authority=authority) as served:
        assert served.get()["secure"] is True
        served.server.process.send_signal(signal.SIGHUP)
        served.server.await_line("Reloaded")
        assert served.get()["secure"] is True
    (tmp_path / "tlsapp.py").write_text(APP)
    with running("tlsapp:app", "--cert", "adhoc", cwd=tmp_path) as server:
        server.ready()
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        for _ in range(2):
            connection = http.client.HTTPSConnection("localhost", server.port, context=context)
            connection.request("GET", "/")
            assert json.loads(connection.getresponse().read())["secure"] is True
            connection.close()
            server.process.send_signal(signal.SIGHUP)
            server.await_line("Reloaded")
    (tmp_path / "contexts.py").write_text(
        "import ssl\nmine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    )
    env = {"PYTHONPATH": str(tmp_path)}
    code, text = fails("tlsapp:app", "--cert", "contexts:mine", cwd=tmp_path, env=env)
    assert code == 1 and "needs --debug" in text


def test_in_development_the_same_settings_serve(tmp_path: Path) -> None:
    with_key = Authority(tmp_path)
    me = with_key.make("localhost")
    (tmp_path / "tlsapp.py").write_text(APP)
    options = ["--debug", "--no-reload", *me.options, "--tls-minimum", "1.3"]
    with running("tlsapp:app", *options, cwd=tmp_path) as server:
        server.await_line("Running on https://")
        served = Secure(server, with_key)
        assert served.get()["secure"] is True
        served.context.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            served.connect()


def test_a_gunicorn_file_serves_https(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    me = authority.make("localhost")
    (tmp_path / "gunicorn.conf.py").write_text(
        f"bind = '127.0.0.1:0'\ncertfile = {str(me.certificate)!r}\nkeyfile = {str(me.key)!r}\n"
        f"ca_certs = {str(authority.file)!r}\ncert_reqs = 1\nssl_version = 5\n"
        "def ssl_context(config, default):\n    return default()\n"
    )
    (tmp_path / "tlsapp.py").write_text(APP)
    options = ("--from-gunicorn", "gunicorn.conf.py")
    with running("tlsapp:app", *options, cwd=tmp_path) as server:
        server.await_line("gunicorn.conf.py: ssl_context is not honoured: the core has its own")
        server.ready()
        served = Secure(server, authority)
        assert served.get("/environ", authority.make(name="me"))["SSL_CLIENT_S_DN"] == "CN=me"
