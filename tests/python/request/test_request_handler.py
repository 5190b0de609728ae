"""Request handler classes: accepted, and heeded in whether there is an access log."""

import threading
import urllib.request

import pytest

from cruet.toolkit.serving import WSGIRequestHandler, make_server
from cruet.toolkit.wrappers import Response


class Plain(WSGIRequestHandler):
    pass


class Quiet(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        pass


@pytest.mark.parametrize(("handler", "logged"), [(None, True), (Plain, True), (Quiet, False)])
@pytest.mark.parametrize("threaded", [False, True])
def test_access_log(handler, logged, threaded, capfd, caplog):
    caplog.set_level("INFO")
    server = make_server("127.0.0.1", 0, Response("x"), threaded, 1, handler, access_log=2)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/seen", timeout=10) as answer:
            assert answer.read() == b"x"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
    # A native server writes its lines itself.
    assert ("/seen" in capfd.readouterr().err + caplog.text) is logged
