# requires: flask-restful==0.3.10
from flask import Flask
from flask_restful import Api, Resource

app = Flask(__name__)
api = Api(app)


class Hello(Resource):
    def get(self):
        return {"hello": "world"}


api.add_resource(Hello, "/")
client = app.test_client()
assert client.get("/").json == {"hello": "world"}
assert "message" in client.post("/").json
assert client.get("/none").status_code == 404
