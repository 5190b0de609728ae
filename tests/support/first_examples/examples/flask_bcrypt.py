# requires: flask-bcrypt==1.0.1
from flask import Flask
from flask_bcrypt import Bcrypt

app = Flask(__name__)
bcrypt = Bcrypt(app)
hashed = bcrypt.generate_password_hash("hunter2").decode("utf-8")
assert bcrypt.check_password_hash(hashed, "hunter2")
assert not bcrypt.check_password_hash(hashed, "hunter3")
