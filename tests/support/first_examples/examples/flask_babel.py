# requires: flask-babel==4.0.0
from datetime import date

from flask import Flask, request
from flask_babel import Babel, format_date, get_locale

app = Flask(__name__)
babel = Babel(app, locale_selector=lambda: request.accept_languages.best_match(["de", "en"]))


@app.get("/")
def index():
    return f"{get_locale()} {format_date(date(2024, 3, 1), 'long')}"


client = app.test_client()
assert client.get("/", headers={"Accept-Language": "de"}).text == "de 1. März 2024"
assert client.get("/", headers={"Accept-Language": "en"}).text == "en March 1, 2024"
