"""The items of an old or restored ItemTable, as an import takes them.

Only ids and owners are read. `item-sync` fetches the state of each item at Pluggy, so that an old row never becomes a
new one.
"""

from collections.abc import Iterator
from typing import Any

from pluggy_lambda.errors import Failure, is_absent
from pluggy_lambda.jobs.import_list import ITEM_ID, NamedItem

ITEM = "ITEM#"
NO_TABLE = "Name a table of items: aws dynamodb list-tables"


def check(dynamodb: Any, table: str) -> int:
    """Checks that a table has the key of ItemTable. Returns DynamoDB's estimate of its rows."""
    try:
        described = dynamodb.describe_table(TableName=table)["Table"]
    except Exception as error:
        if is_absent(error):
            raise Failure(f"there is no table {table} in this region", NO_TABLE) from None
        raise
    if [key["AttributeName"] for key in described["KeySchema"]] != ["pk"]:
        raise Failure(f"{table} is not a table of items: its key is not pk alone", NO_TABLE)
    return int(described.get("ItemCount", 0))


def items(dynamodb: Any, table: str, after: str = "") -> Iterator[NamedItem]:
    """Returns the live items of a table, after an item. A tombstone keeps no owner and is left out."""
    start = {"ExclusiveStartKey": {"pk": {"S": f"{ITEM}{after}"}}} if after else {}
    while True:
        page = dynamodb.scan(
            TableName=table,
            ProjectionExpression="pk, #owner, deletedAt",
            ExpressionAttributeNames={"#owner": "owner"},
            **start,
        )
        yield from filter(None, map(_item, page["Items"]))
        if not page.get("LastEvaluatedKey"):
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _item(row: dict[str, Any]) -> NamedItem | None:
    item_id = row["pk"].get("S", "").removeprefix(ITEM)
    if "deletedAt" in row or not ITEM_ID.fullmatch(item_id):
        return None
    return NamedItem(item_id, row.get("owner", {}).get("S") or None)
