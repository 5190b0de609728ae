# requires: flask-login==0.6.3
from flask import Flask
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user

app = Flask(__name__)
app.secret_key = "not secret"
manager = LoginManager(app)


class User(UserMixin):
    def __init__(self, name):
        self.id = name


@manager.user_loader
def load(name):
    return User(name)


@app.post("/login/<name>")
def login(name):
    login_user(User(name))
    return "in"


@app.get("/protected")
@login_required
def protected():
    return current_user.id


client = app.test_client()
assert client.get("/protected").status_code == 401
assert client.post("/login/ann").text == "in"
assert client.get("/protected").text == "ann"
