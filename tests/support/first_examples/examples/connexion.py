# requires: connexion[flask]==3.3.0 httpx
import pathlib
import tempfile

import connexion

folder = pathlib.Path(tempfile.mkdtemp())
(folder / "openapi.yaml").write_text("""
openapi: 3.0.0
info: {title: Greetings, version: "1"}
paths:
  /greeting/{name}:
    post:
      operationId: __main__.greet
      parameters:
        - {name: name, in: path, required: true, schema: {type: string}}
      responses:
        "200": {description: a greeting, content: {text/plain: {schema: {type: string}}}}
""")


def greet(name: str) -> str:
    return f"hello {name}"


app = connexion.FlaskApp(__name__, specification_dir=str(folder))
app.add_api("openapi.yaml")
client = app.test_client()
assert client.post("/greeting/ann").text == "hello ann"
assert client.get("/greeting/ann").status_code == 405
