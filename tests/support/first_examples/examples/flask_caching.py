# requires: flask-caching==2.3.1
from flask import Flask
from flask_caching import Cache

app = Flask(__name__)
cache = Cache(app, config={"CACHE_TYPE": "SimpleCache"})
calls = []


@app.route("/")
@cache.cached(timeout=50)
def index():
    calls.append(1)
    return f"called {len(calls)}"


client = app.test_client()
assert [client.get("/").text for _ in range(2)] == ["called 1"] * 2
cache.clear()
assert client.get("/").text == "called 2"
