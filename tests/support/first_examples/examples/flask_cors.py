# requires: flask-cors==6.0.5
from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["http://a.example"])


@app.get("/")
def hello():
    return "hello"


client = app.test_client()
answer = client.get("/", headers={"Origin": "http://a.example"})
assert answer.headers["Access-Control-Allow-Origin"] == "http://a.example"
assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": "http://b"}).headers
asked = {"Origin": "http://a.example", "Access-Control-Request-Method": "GET"}
assert "GET" in client.options("/", headers=asked).headers["Access-Control-Allow-Methods"]
