# requires: flask-session==0.8.0 cachelib
import tempfile

from cachelib.file import FileSystemCache
from flask import Flask, session
from flask_session import Session

app = Flask(__name__)
app.config["SESSION_TYPE"] = "cachelib"
app.config["SESSION_CACHELIB"] = FileSystemCache(tempfile.mkdtemp())
Session(app)


@app.post("/set/<value>")
def set_value(value):
    session["key"] = value
    return "ok"


@app.get("/get")
def get_value():
    return session.get("key", "not set")


client = app.test_client()
assert client.get("/get").text == "not set"
assert client.post("/set/x").text == "ok"
assert client.get("/get").text == "x"
assert app.test_client().get("/get").text == "not set"
