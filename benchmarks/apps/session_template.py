"""A page with a table from a template, and a counter in the session."""

from benchmarks.apps.framework import make_app, web

app = make_app(__name__)
app.secret_key = "benchmark"

ITEMS = [{"number": n, "name": f"<item {n}>"} for n in range(20)]


@app.route("/")
def page() -> str:
    web.session["visits"] = web.session.get("visits", 0) + 1
    return web.render_template("page.html", title="Items & more", items=ITEMS)
