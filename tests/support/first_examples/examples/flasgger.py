# requires: flasgger==0.9.7.1 setuptools<81
from flasgger import Swagger
from flask import Flask, jsonify

app = Flask(__name__)
swagger = Swagger(app)


@app.route("/colors/<palette>/")
def colors(palette):
    """Colours of a palette.
    ---
    parameters:
      - name: palette
        in: path
        type: string
        required: true
    responses:
      200:
        description: A list of colours
    """
    return jsonify({palette: ["red", "green"]})


client = app.test_client()
assert client.get("/colors/rgb/").json == {"rgb": ["red", "green"]}
assert "/colors/{palette}/" in client.get("/apispec_1.json").json["paths"]
assert client.get("/apidocs/").status_code == 200
