# requires: flask-sqlalchemy==3.1.1
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy(app, model_class=Base)


class User(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


@app.get("/users/<int:id>")
def user(id):
    return db.get_or_404(User, id).name


with app.app_context():
    db.create_all()
    db.session.add(User(name="ann"))
    db.session.commit()
    client = app.test_client()
    assert client.get("/users/1").text == "ann"
    assert client.get("/users/2").status_code == 404
