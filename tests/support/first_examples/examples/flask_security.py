# requires: flask-security-too[common,fsqla]==5.6.2
from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore, auth_required, hash_password
from flask_security.models import fsqla_v3 as fsqla
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(
    SECRET_KEY="not secret",
    SECURITY_PASSWORD_SALT="146585145368132386173505678016728509634",
    SQLALCHEMY_DATABASE_URI="sqlite://",
    WTF_CSRF_ENABLED=False,
    SECURITY_PASSWORD_HASH="argon2",
)
db = SQLAlchemy(app)
fsqla.FsModels.set_db_info(db)


class Role(db.Model, fsqla.FsRoleMixin):
    pass


class User(db.Model, fsqla.FsUserMixin):
    pass


app.security = Security(app, SQLAlchemyUserDatastore(db, User, Role))


@app.get("/")
@auth_required()
def home():
    return "hello"


with app.app_context():
    db.create_all()
    app.security.datastore.create_user(email="a@example.com", password=hash_password("password"))
    db.session.commit()
client = app.test_client()
assert client.get("/").status_code == 302
data = {"email": "a@example.com", "password": "password"}
assert client.post("/login", data=data).status_code == 302
assert client.get("/").text == "hello"
