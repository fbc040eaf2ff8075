"""Rows of the event table, read as a person would look them up: by item."""

import gzip
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EventRow:
    """What the walk shows of a stored event."""

    id: str
    event: str
    origin: str
    attributes: dict[str, Any]

    def payload_fields(self) -> list[str]:
        """The names of the fields that the delivery's body had; values stay where they are."""
        body = self.attributes["body"]["B"]
        if _text(self.attributes, "bodyEncoding") == "gzip":
            body = gzip.decompress(body)
        return sorted(json.loads(body))


def of_item(dynamodb: Any, table: str, item_id: str) -> list[EventRow]:
    """Every event stored for an item, oldest first."""
    rows = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"ITEM#{item_id}"}},
        ConsistentRead=True,
    )["Items"]
    rows.sort(key=lambda row: int(row.get("receivedAt", {}).get("N", "0")))
    return [EventRow(row["sk"]["S"], _text(row, "event"), _text(row, "origin"), row) for row in rows]


def _text(row: dict[str, Any], name: str) -> str:
    return row.get(name, {}).get("S", "?")
