# requires: flask-talisman==1.1.0
from flask import Flask
from flask_talisman import Talisman

app = Flask(__name__)
Talisman(app)


@app.get("/")
def index():
    return "hello"


client = app.test_client()
answer = client.get("/")
assert (answer.status_code, answer.location) == (302, "https://localhost/")
answer = client.get("/", base_url="https://localhost")
assert "max-age=31556926" in answer.headers["Strict-Transport-Security"]
assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
