# requires: flask-smorest==0.46.2
import marshmallow as ma
from flask import Flask
from flask.views import MethodView
from flask_smorest import Api, Blueprint, abort

app = Flask(__name__)
app.config.update(API_TITLE="Pets", API_VERSION="v1", OPENAPI_VERSION="3.0.2")
api = Api(app)
PETS = {1: {"id": 1, "name": "rex"}}


class PetSchema(ma.Schema):
    id = ma.fields.Int(dump_only=True)
    name = ma.fields.String(required=True)


blp = Blueprint("pets", "pets", url_prefix="/pets")


@blp.route("/")
class Pets(MethodView):
    @blp.arguments(PetSchema)
    @blp.response(201, PetSchema)
    def post(self, data):
        return {"id": 2, **data}


@blp.route("/<int:pet_id>")
class PetById(MethodView):
    @blp.response(200, PetSchema)
    def get(self, pet_id):
        if pet_id not in PETS:
            abort(404, message="no such pet")
        return PETS[pet_id]


api.register_blueprint(blp)
client = app.test_client()
assert client.get("/pets/1").json == {"id": 1, "name": "rex"}
assert client.get("/pets/7").json["message"] == "no such pet"
assert client.post("/pets/", json={"name": "tom"}).json == {"id": 2, "name": "tom"}
assert client.post("/pets/", json={}).status_code == 422
