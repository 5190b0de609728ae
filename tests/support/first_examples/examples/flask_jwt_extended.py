# requires: flask-jwt-extended==4.7.1
from flask import Flask, jsonify, request
from flask_jwt_extended import JWTManager, create_access_token, get_jwt_identity, jwt_required

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = "not secret, but long enough for SHA-256"
JWTManager(app)


@app.post("/login")
def login():
    return jsonify(access_token=create_access_token(identity=request.json["username"]))


@app.get("/protected")
@jwt_required()
def protected():
    return jsonify(logged_in_as=get_jwt_identity())


client = app.test_client()
assert client.get("/protected").json == {"msg": "Missing Authorization Header"}
token = client.post("/login", json={"username": "ann"}).json["access_token"]
answer = client.get("/protected", headers={"Authorization": f"Bearer {token}"})
assert answer.json == {"logged_in_as": "ann"}
