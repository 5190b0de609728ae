# requires: flask-debugtoolbar==0.16.0 setuptools<81
from flask import Flask
from flask_debugtoolbar import DebugToolbarExtension

app = Flask(__name__)
app.debug = True
app.secret_key = "not secret"
toolbar = DebugToolbarExtension(app)


@app.get("/")
def index():
    return "<html><body>hello</body></html>"


client = app.test_client()
page = client.get("/").text
assert "flDebugToolbar" in page and "hello" in page
assert client.get("/_debug_toolbar/static/js/toolbar.js").status_code == 200
