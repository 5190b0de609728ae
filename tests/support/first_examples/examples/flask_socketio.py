# requires: flask-socketio==5.5.1
from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
app.secret_key = "not secret"
socketio = SocketIO(app, async_mode="threading")


@socketio.on("message")
def message(data):
    emit("answer", {"data": data})


client = socketio.test_client(app)
client.emit("message", "hi")
(received,) = client.get_received()
assert (received["name"], received["args"]) == ("answer", [{"data": "hi"}])
polled = app.test_client().get("/socket.io/?EIO=4&transport=polling")
assert polled.status_code == 200 and b"sid" in polled.data
