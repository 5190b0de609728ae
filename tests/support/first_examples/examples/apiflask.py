# requires: apiflask==2.4.0
from apiflask import APIFlask, Schema, abort
from apiflask.fields import Integer, String
from apiflask.validators import Length, OneOf

app = APIFlask(__name__)
pets = [{"id": 0, "name": "Kitty", "category": "cat"}]


class PetIn(Schema):
    name = String(required=True, validate=Length(0, 10))
    category = String(required=True, validate=OneOf(["dog", "cat"]))


class PetOut(Schema):
    id = Integer()
    name = String()
    category = String()


@app.get("/pets/<int:pet_id>")
@app.output(PetOut)
def get_pet(pet_id):
    if pet_id >= len(pets):
        abort(404)
    return pets[pet_id]


@app.patch("/pets/<int:pet_id>")
@app.input(PetIn(partial=True))
@app.output(PetOut)
def update_pet(pet_id, json_data):
    pets[pet_id] |= json_data
    return pets[pet_id]


client = app.test_client()
assert client.get("/pets/0").json["name"] == "Kitty"
assert client.get("/pets/5").json == {"message": "Not Found", "detail": {}}
assert client.patch("/pets/0", json={"name": "Tom"}).json["name"] == "Tom"
assert client.patch("/pets/0", json={"category": "fish"}).status_code == 422
assert "/pets/{pet_id}" in client.get("/openapi.json").json["paths"]
assert client.get("/docs").status_code == 200
