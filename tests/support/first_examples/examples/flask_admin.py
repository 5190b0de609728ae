# requires: flask-admin==1.6.1 wtforms<3.2
from flask import Flask
from flask_admin import Admin

app = Flask(__name__)
app.secret_key = "not secret"
admin = Admin(app, name="microblog", template_mode="bootstrap3")

client = app.test_client()
page = client.get("/admin/")
assert page.status_code == 200
assert "microblog" in page.text
assert client.get("/admin/static/bootstrap/bootstrap3/js/bootstrap.min.js").status_code == 200
