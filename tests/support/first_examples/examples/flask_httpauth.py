# requires: flask-httpauth==4.8.1
from flask import Flask
from flask_httpauth import HTTPBasicAuth
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
auth = HTTPBasicAuth()
users = {"ann": generate_password_hash("hello")}


@auth.verify_password
def verify(username, password):
    if username in users and check_password_hash(users[username], password):
        return username
    return None


@app.get("/")
@auth.login_required
def index():
    return auth.current_user()


client = app.test_client()
assert client.get("/").headers["WWW-Authenticate"] == 'Basic realm="Authentication Required"'
assert client.get("/", auth=("ann", "wrong")).status_code == 401
assert client.get("/", auth=("ann", "hello")).text == "ann"
