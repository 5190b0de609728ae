# requires: flask-mailman==1.1.1
from flask import Flask
from flask_mailman import EmailMessage, Mail

app = Flask(__name__)
app.config["MAIL_BACKEND"] = "locmem"
mail = Mail(app)


@app.post("/send")
def send():
    EmailMessage("Hello", "Body", "from@example.com", ["to@example.com"]).send()
    return "sent"


with app.app_context():
    assert app.test_client().post("/send").text == "sent"
    assert mail.outbox[0].subject == "Hello"
