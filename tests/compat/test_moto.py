"""moto's server, unmodified: its S3, SQS, SNS, DynamoDB, STS and SSM answer as with Flask.

One server holds an application of Flask's for each service and passes requests on by what they are
signed for. Its routes are regular expressions, of which S3 alone has dozens.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from served import Page
from twins import Application, Comparison
from walk import Walker

#: The application that moto_server serves, made as there.
MODULE = """\
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

application = DomainDispatcherApplication(create_backend_app)
"""

pytestmark = pytest.mark.heavy


def prepare(folder: Path, python: Path) -> None:
    (folder / "mock_aws.py").write_text(MODULE)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    moto = Application(
        *("moto", ("moto[server]==5.2.5",), "mock_aws:application"),
        prepare=prepare,
    )
    masks = [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?", "<a time>"),
        (r"\b1\d{9}(\.\d+|\d{3})?\b", "<a time>"),
    ]
    return Comparison(moto, walk, tmp_path_factory.mktemp("moto"), masks)


# What is made is kept in the process, so several workers would disagree.
@pytest.mark.parametrize("way", ["inline", "threads"])
def test_unmodified_it_answers_as_with_flask_and_gunicorn(comparison: Comparison, way: str) -> None:
    comparison.check(way)


def walk(visitor: Walker) -> None:
    # The names and keys that moto makes up come in one order from here on.
    visitor.post("/moto-api/seed?a=42", 200)
    for part in (buckets, objects, parts, queues, topics, tables, parameters, itself):
        part(visitor)


def signed(service: str, **headers: str) -> dict[str, str]:
    """Headers by which moto knows the service; it checks no signature."""
    scope = f"AKIDEXAMPLE/20260101/us-east-1/{service}/aws4_request"
    value = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    named = {name.replace("_", "-").title(): text for name, text in headers.items()}
    return {"Authorization": value, **named}


def s3(
    visitor: Walker, method: str, path: str, status: int, body: bytes = b"", **headers: str
) -> Page:
    return visitor.request(method, path, status, body or None, signed("s3", **headers))


def query(visitor: Walker, service: str, status: int, **fields: str) -> Page:
    """An action of the query protocol: a form in, XML out."""
    headers = signed(service, content_type="application/x-www-form-urlencoded; charset=utf-8")
    return visitor.request("POST", "/", status, urlencode(fields).encode(), headers)


def target(visitor: Walker, service: str, action: str, status: int, value: object) -> None:
    """An action of the JSON protocol."""
    headers = signed(service, content_type="application/x-amz-json-1.0", x_amz_target=action)
    visitor.request("POST", "/", status, json.dumps(value).encode(), headers)


def buckets(visitor: Walker) -> None:
    s3(visitor, "GET", "/", 200)
    s3(visitor, "PUT", "/shelf", 200)
    s3(visitor, "HEAD", "/shelf", 200)
    s3(visitor, "HEAD", "/none", 404)
    s3(visitor, "PUT", "/ab", 400)
    s3(visitor, "GET", "/none", 404)
    s3(visitor, "GET", "/shelf?location", 200)
    s3(visitor, "PUT", "/shelf?versioning", 200, VERSIONING)
    s3(visitor, "GET", "/shelf?versioning", 200)
    s3(visitor, "GET", "/shelf?cors", 404)
    s3(visitor, "PUT", "/shelf?cors", 200, CORS)
    s3(visitor, "GET", "/shelf?cors", 200)
    preflight = {"Origin": "http://example.org", "Access-Control-Request-Method": "PUT"}
    visitor.request("OPTIONS", "/shelf/a", 200, headers=preflight)


def objects(visitor: Walker) -> None:
    text = "grüße\n".encode() * 1000
    kind = {"content_type": "text/plain; charset=utf-8", "x_amz_meta_word": "yes"}
    stored = s3(visitor, "PUT", "/shelf/a/b%20c%2Fd+%C3%A9.txt", 200, text, **kind)
    tag = stored.headers["ETag"]
    for method in ("GET", "HEAD"):
        path = "/shelf/a/b%20c%2Fd+%C3%A9.txt"
        s3(visitor, method, path, 200)
        s3(visitor, method, path, 206, range="bytes=10-19")
        s3(visitor, method, path, 206, range="bytes=-5")
        s3(visitor, method, path, 416, range="bytes=999999-")
        s3(visitor, method, path, 304, if_none_match=tag)
        s3(visitor, method, path, 412, if_match='"other"')
        s3(visitor, method, path, 304, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")
        s3(visitor, method, f"{path}?response-content-type=text/html", 200)
        s3(visitor, method, "/shelf/none", 404)
    s3(visitor, "PUT", "/shelf/empty", 200)
    s3(visitor, "PUT", "/shelf/binary", 200, bytes(range(256)) * 2000)
    s3(visitor, "GET", "/shelf/binary", 200)
    visitor.request("PUT", "/shelf/chunked", 200, [b"in ", b"chunks"], signed("s3"))
    s3(visitor, "GET", "/shelf/chunked", 200)
    s3(visitor, "PUT", "/shelf/copy", 200, x_amz_copy_source="/shelf/binary")
    s3(visitor, "PUT", "/shelf/copy?tagging", 200, TAGS)
    s3(visitor, "GET", "/shelf/copy?tagging", 200)
    s3(visitor, "GET", "/shelf?list-type=2&prefix=a/&delimiter=/&max-keys=2", 200)
    s3(visitor, "GET", "/shelf?list-type=2&encoding-type=url", 200)
    s3(visitor, "GET", "/shelf?versions", 200)
    files = {"file": ("näme.txt", b"by a form")}
    visitor.upload("/shelf", 204, files, key="form/${filename}", acl="private")
    s3(visitor, "POST", "/shelf?delete", 200, DELETE)
    s3(visitor, "DELETE", "/shelf/empty", 204)
    s3(visitor, "GET", "/shelf/empty", 404)
    s3(visitor, "DELETE", "/shelf", 409)


def parts(visitor: Walker) -> None:
    s3(visitor, "POST", "/shelf/large?uploads", 200)
    name = visitor.secret("upload", "<UploadId>(.*?)</UploadId>")
    tags = []
    for number in (1, 2):
        part = bytes([number]) * 5_300_000
        path = f"/shelf/large?partNumber={number}&uploadId={name}"
        tags.append(s3(visitor, "PUT", path, 200, part).headers["ETag"])
    s3(visitor, "GET", f"/shelf/large?uploadId={name}", 200)
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        for number, tag in enumerate(tags, 1)
    )
    body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    s3(visitor, "POST", f"/shelf/large?uploadId={name}", 200, body)
    s3(visitor, "GET", "/shelf/large", 206, range="bytes=5299990-5300009")
    s3(visitor, "GET", "/shelf/large", 200)
    s3(visitor, "DELETE", "/shelf/large?uploadId=none", 404)


def queues(visitor: Walker) -> None:
    query(visitor, "sqs", 200, Action="CreateQueue", QueueName="work")
    url = f"{visitor.address}/123456789012/work"
    for text in ("grüße €", "two\nlines"):
        query(visitor, "sqs", 200, Action="SendMessage", QueueUrl=url, MessageBody=text)
    query(visitor, "sqs", 200, Action="ReceiveMessage", QueueUrl=url, MaxNumberOfMessages="2")
    query(visitor, "sqs", 200, Action="GetQueueAttributes", QueueUrl=url)
    query(visitor, "sqs", 400, Action="CreateQueue", QueueName="no name!")
    query(visitor, "sqs", 400, Action="GetQueueUrl", QueueName="none")
    target(visitor, "sqs", "AmazonSQS.ListQueues", 200, {})


def topics(visitor: Walker) -> None:
    query(visitor, "sns", 200, Action="CreateTopic", Name="news")
    arn = "arn:aws:sns:us-east-1:123456789012:news"
    end = "arn:aws:sqs:us-east-1:123456789012:work"
    query(visitor, "sns", 200, Action="Subscribe", TopicArn=arn, Protocol="sqs", Endpoint=end)
    query(visitor, "sns", 200, Action="Publish", TopicArn=arn, Message="héadline")
    query(visitor, "sns", 404, Action="Publish", TopicArn=f"{arn}x", Message="lost")
    query(visitor, "sts", 200, Action="GetCallerIdentity", Version="2011-06-15")
    query(visitor, "iam", 200, Action="CreateUser", UserName="ada", Version="2010-05-08")
    query(visitor, "iam", 409, Action="CreateUser", UserName="ada", Version="2010-05-08")


def tables(visitor: Walker) -> None:
    def call(action: str, status: int, value: object) -> None:
        target(visitor, "dynamodb", f"DynamoDB_20120810.{action}", status, value)

    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    table = {
        "TableName": "people",
        "AttributeDefinitions": attributes,
        "KeySchema": schema,
        "BillingMode": "PAY_PER_REQUEST",
    }
    call("CreateTable", 200, table)
    visitor.secret("checksum", r"x-amz-crc32: (\d+)")  # of what tells the time
    call("CreateTable", 400, table)
    for name in ("ada", "émilie"):
        item = {"id": {"S": name}, "born": {"N": "1815"}}
        call("PutItem", 200, {"TableName": "people", "Item": item})
    call("GetItem", 200, {"TableName": "people", "Key": {"id": {"S": "émilie"}}})
    call("Scan", 200, {"TableName": "people"})
    call("Scan", 400, {"TableName": "nobody"})
    call("PutItem", 400, {"TableName": "people", "Item": {}})


def parameters(visitor: Walker) -> None:
    def call(action: str, status: int, **value: object) -> None:
        target(visitor, "ssm", f"AmazonSSM.{action}", status, value)

    call("PutParameter", 200, Name="/a/b", Value="ü", Type="String")
    call("PutParameter", 400, Name="/a/b", Value="again", Type="String")
    call("GetParametersByPath", 200, Path="/a", Recursive=True)
    call("GetParameter", 400, Name="/none")


def itself(visitor: Walker) -> None:
    """Its pages about itself, and what belongs to no service."""
    visitor.get("/moto-api/")
    visitor.head("/moto-api/")
    visitor.get("/moto-api/config", 201)
    visitor.get("/favicon.ico", 404)
    visitor.get("/latest/meta-data/iam/security-credentials/", 200)
    visitor.get("/moto-api/none", 404)
    visitor.request("PUT", "/moto-api/reset", 400)
    visitor.post("/moto-api/reset", 200)
    s3(visitor, "GET", "/", 200)


VERSIONING = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
CORS = (
    b"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>"
    b"<AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>"
)
TAGS = b"<Tagging><TagSet><Tag><Key>a</Key><Value>b + c</Value></Tag></TagSet></Tagging>"
DELETE = b"<Delete><Object><Key>copy</Key></Object><Object><Key>none</Key></Object></Delete>"
