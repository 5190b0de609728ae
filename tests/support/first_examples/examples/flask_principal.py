# requires: flask-principal==0.4.0
from flask import Flask
from flask_principal import Identity, Permission, Principal, RoleNeed, identity_changed

app = Flask(__name__)
app.secret_key = "not secret"
Principal(app)
admin = Permission(RoleNeed("admin"))


@app.post("/become/<role>")
def become(role):
    identity = Identity("ann")
    identity.provides.add(RoleNeed(role))
    identity_changed.send(app, identity=identity)
    return str(admin.can())


@app.get("/admin")
@admin.require(403)
def only_admins():
    return "admin"


client = app.test_client()
assert client.get("/admin").status_code == 403
assert client.post("/become/admin").text == "True"
assert client.post("/become/guest").text == "False"
