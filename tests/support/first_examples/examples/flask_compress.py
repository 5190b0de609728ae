# requires: flask-compress==1.18
import gzip

from flask import Flask
from flask_compress import Compress

app = Flask(__name__)
Compress(app)


@app.get("/")
def index():
    return "hello " * 1000


client = app.test_client()
answer = client.get("/", headers={"Accept-Encoding": "gzip"})
assert answer.headers["Content-Encoding"] == "gzip"
assert gzip.decompress(answer.data) == b"hello " * 1000
assert "Accept-Encoding" in answer.headers["Vary"]
assert client.get("/").text == "hello " * 1000
