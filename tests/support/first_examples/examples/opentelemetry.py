# requires: opentelemetry-instrumentation-flask==0.59b0 opentelemetry-sdk setuptools<81
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)

FlaskInstrumentor().instrument()
import flask  # noqa: E402

app = flask.Flask(__name__)


@app.get("/hello/<name>")
def hello(name):
    return f"hello {name}"


client = app.test_client()
assert client.get("/hello/ann").text == "hello ann"
(span,) = exporter.get_finished_spans()
assert span.name == "GET /hello/<name>"
assert span.attributes["http.route"] == "/hello/<name>"
assert span.attributes["http.status_code"] == 200

FlaskInstrumentor().uninstrument()
later = flask.Flask("later")
FlaskInstrumentor().instrument_app(later)
assert later.test_client().get("/none").status_code == 404
assert len(exporter.get_finished_spans()) == 2
