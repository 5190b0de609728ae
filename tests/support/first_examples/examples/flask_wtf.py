# requires: flask-wtf==1.3.0
from flask import Flask, render_template_string
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

app = Flask(__name__)
app.secret_key = "not secret"


class MyForm(FlaskForm):
    name = StringField("name", validators=[DataRequired()])


@app.route("/", methods=["GET", "POST"])
def submit():
    form = MyForm()
    if form.validate_on_submit():
        return form.name.data
    return render_template_string("{{ form.hidden_tag() }}{{ form.errors }}", form=form)


client = app.test_client()
page = client.get("/").text
token = page.split('value="')[1].split('"')[0]
assert "CSRF token is missing" in client.post("/", data={"name": "ann"}).text
assert client.post("/", data={"name": "ann", "csrf_token": token}).text == "ann"
