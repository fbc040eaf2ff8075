"""Rows of EventTable, by item."""

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class EventRow:
    """The part of an event row that the walk shows."""

    id: str
    event: str
    origin: str
    attributes: dict[str, Any]

    def payload_fields(self) -> list[str]:
        """Returns the names of the fields in the delivery's body, without their values: none if it is no object."""
        body = self.attributes.get("body", {}).get("B", b"")
        try:
            if _text(self.attributes, "bodyEncoding") == "gzip":
                body = gzip.decompress(body)
            value = json.loads(body)
        except (EOFError, OSError, ValueError, zlib.error):
            return []
        return sorted(value) if isinstance(value, dict) else []


def of_item(dynamodb: Any, table: str, item_id: str) -> list[EventRow]:
    """Returns the event rows of an item, oldest first."""
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
