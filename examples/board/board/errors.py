"""Error pages: HTML for people, JSON for the API."""

from __future__ import annotations

from cruet import Flask, jsonify, render_template, request
from cruet.toolkit.exceptions import HTTPException
from cruet.typing import ResponseReturnValue

_HEADLINES = {
    400: "That request did not work",
    403: "That is not yours to change",
    404: "Nothing is pinned here",
    405: "That does not work here",
    413: "That file is too large",
    500: "Something broke on our side",
}


def show(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if request.path.startswith("/api/"):
        answer = jsonify(error={"code": code, "name": error.name, "detail": error.description})
        answer.status_code = code
        for name, value in error.get_headers():
            if name.lower() not in {"content-type", "content-length"}:
                answer.headers[name] = value
        return answer
    headline = _HEADLINES.get(code, error.name)
    return render_template("error.html", error=error, code=code, headline=headline), code


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, show)
