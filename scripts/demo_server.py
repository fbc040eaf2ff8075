"""The server of the demo page, which `make up` starts: files, tokens, the live feed and the screen for support."""

import json
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from typing import Any

from demo.feed import Collector, Sources, plain
from demo.request_handler import Site, handler

from stack import console, demo, ministack, sandbox, settings, stack_file

NAME = "demo-page"
MAX_MESSAGES = 10


def serve() -> None:
    stack = stack_file.read()
    site = Site(
        folder=demo.PAGES,
        host=f"localhost:{settings.demo_port()}",
        api_url=f"http://{stack['api']['host']}",
        widget_url=stack["sandbox"]["url"],
        collector=Collector(_sources(stack)),
        user_token=lambda user: sandbox.user_token(stack["sandbox"]["url"], user),
        support=_support(stack["functions"]["inspect"]),
        control=lambda method, path, body: sandbox.ask(stack["sandbox"]["url"], method, path, body).status,
    )
    # The loopback alone: the feed has rows.
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer(("127.0.0.1", settings.demo_port()), handler(site)).serve_forever()


def _sources(stack: dict[str, Any]) -> Sources:
    address = stack["sandbox"]["url"]
    dynamodb = ministack.client("dynamodb")
    return Sources(
        deliveries=lambda: sandbox.ask(address, "GET", "/sandbox/deliveries").json()["deliveries"],
        requests=lambda: sandbox.ask(address, "GET", "/sandbox/requests?pathPrefix=/items/").json()["requests"],
        messages=_messages(stack["bus"]),
        rows=lambda: [
            plain(row)
            for page in dynamodb.get_paginator("scan").paginate(TableName=stack["tables"]["items"])
            for row in page["Items"]
            if row["pk"]["S"].startswith("ITEM#")
        ],
    )


def _support(function: str) -> Callable[[dict[str, Any]], str | None]:
    client = ministack.client("lambda")

    def call(event: dict[str, Any]) -> str | None:
        answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        return None if "FunctionError" in answer else json.loads(answer["Payload"].read())

    return call


def _messages(bus: str) -> Callable[[], list[dict[str, Any]]]:
    """Copies the events of the bus to a queue of the page's own, as a consumer in the account would."""
    events, sqs = ministack.client("events"), ministack.client("sqs")
    url = sqs.create_queue(QueueName=NAME)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name=NAME, EventBusName=bus, EventPattern=json.dumps({"source": ["pluggy-lambda"]}))
    events.put_targets(Rule=NAME, EventBusName=bus, Targets=[{"Id": NAME, "Arn": arn}])

    def received() -> list[dict[str, Any]]:
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=MAX_MESSAGES).get("Messages", []):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    return received


if __name__ == "__main__":
    console.run(serve)
