# requires: flask-marshmallow==1.5.0
from flask import Flask
from flask_marshmallow import Marshmallow

app = Flask(__name__)
ma = Marshmallow(app)


class UserSchema(ma.Schema):
    class Meta:
        fields = ("email", "_links")

    email = ma.String()
    _links = ma.Hyperlinks({"self": ma.URLFor("user", values={"id": "<id>"})})


@app.get("/users/<int:id>")
def user(id):
    return UserSchema().dump({"id": id, "email": "a@example.com"})


answer = app.test_client().get("/users/3").json
assert answer == {"email": "a@example.com", "_links": {"self": "/users/3"}}
