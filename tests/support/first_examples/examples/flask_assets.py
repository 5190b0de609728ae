# requires: flask-assets==2.1.0
import pathlib
import tempfile

from flask import Flask, render_template_string
from flask_assets import Bundle, Environment

folder = pathlib.Path(tempfile.mkdtemp())
(folder / "a.css").write_text("a { color: red }")
(folder / "b.css").write_text("b { color: blue }")
app = Flask(__name__, static_folder=str(folder), static_url_path="/static")
assets = Environment(app)
assets.register("all_css", Bundle("a.css", "b.css", output="gen/packed.css"))


@app.get("/")
def index():
    return render_template_string(
        '{% assets "all_css" %}<link href="{{ ASSET_URL }}">{% endassets %}'
    )


client = app.test_client()
page = client.get("/").text
url = page.split('"')[1]
assert url.startswith("/static/gen/packed.css?")
assert client.get(url).text == "a { color: red }\nb { color: blue }"
