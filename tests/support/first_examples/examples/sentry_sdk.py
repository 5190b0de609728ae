# requires: sentry-sdk[flask]==2.45.0
import sentry_sdk
from flask import Flask

events = []
sentry_sdk.init(
    dsn="https://key@localhost/1",
    before_send=lambda event, hint: events.append(event),
    before_send_transaction=lambda event, hint: events.append(event),
    traces_sample_rate=1.0,
)
app = Flask(__name__)


@app.get("/fail/<int:number>")
def fail(number):
    return 1 // 0


assert app.test_client().get("/fail/5?a=b").status_code == 500
error = next(event for event in events if event.get("exception"))
assert error["exception"]["values"][-1]["type"] == "ZeroDivisionError"
assert error["request"]["query_string"] == "a=b"
assert error["transaction"] == "fail"
transaction = next(event for event in events if event.get("type") == "transaction")
assert transaction["transaction"] == "fail"
assert "flask" in sentry_sdk.get_client().integrations
