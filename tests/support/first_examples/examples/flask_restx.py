# requires: flask-restx==1.3.2 setuptools<81
from flask import Flask
from flask_restx import Api, Resource, fields

app = Flask(__name__)
api = Api(app, version="1.0", title="Todo")
todo = api.model(
    "Todo", {"id": fields.Integer(readonly=True), "task": fields.String(required=True)}
)


@api.route("/todos/<int:id>")
class Todo(Resource):
    @api.marshal_with(todo)
    def get(self, id):
        if id != 1:
            api.abort(404, "no such task")
        return {"id": 1, "task": "write", "other": 1}

    @api.expect(todo, validate=True)
    def put(self, id):
        return api.payload


client = app.test_client()
assert client.get("/todos/1").json == {"id": 1, "task": "write"}
assert client.get("/todos/2").json["message"].startswith("no such task")
assert client.put("/todos/1", json={"task": 5}).status_code == 400
assert "/todos/{id}" in client.get("/swagger.json").json["paths"]
assert client.get("/").status_code == 200
