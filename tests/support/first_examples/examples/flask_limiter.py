# requires: flask-limiter==4.0.0
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

app = Flask(__name__)
limiter = Limiter(
    get_remote_address, app=app, default_limits=["2 per day"], storage_uri="memory://"
)


@app.route("/slow")
@limiter.limit("1 per day")
def slow():
    return "slow"


@app.route("/medium")
def medium():
    return "medium"


@app.route("/ping")
@limiter.exempt
def ping():
    return "pong"


client = app.test_client()
assert [client.get("/slow").status_code for _ in range(2)] == [200, 429]
assert [client.get("/medium").status_code for _ in range(3)] == [200, 200, 429]
assert [client.get("/ping").status_code for _ in range(4)] == [200] * 4
