# requires: flask-migrate==4.1.0
import os
import tempfile

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
folder = tempfile.mkdtemp()
os.chdir(folder)
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder}/app.db"
db = SQLAlchemy(app)
migrate = Migrate(app, db)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(128))


runner = app.test_cli_runner()
for command in ("init", "migrate", "upgrade"):
    result = runner.invoke(args=["db", command])
    assert result.exit_code == 0, result.output
with app.app_context():
    db.session.add(User(name="ann"))
    db.session.commit()
    assert User.query.one().name == "ann"
