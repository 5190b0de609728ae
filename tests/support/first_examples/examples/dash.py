# requires: dash==3.3.0
from dash import Dash, Input, Output, dcc, html

app = Dash(__name__)
app.layout = html.Div([dcc.Input(id="in", value="a"), html.Div(id="out")])


@app.callback(Output("out", "children"), Input("in", "value"))
def update(value):
    return f"got {value}"


client = app.server.test_client()
assert "react-entry-point" in client.get("/").text
assert client.get("/_dash-layout").json["type"] == "Div"
assert client.get("/_dash-dependencies").json[0]["output"] == "out.children"
asked = {
    "output": "out.children",
    "outputs": {"id": "out", "property": "children"},
    "inputs": [{"id": "in", "property": "value", "value": "b"}],
    "changedPropIds": ["in.value"],
}
answer = client.post("/_dash-update-component", json=asked).json
assert answer["response"] == {"out": {"children": "got b"}}
