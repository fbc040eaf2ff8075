import time
import unittest

from demo import feed

ITEM = "9a7b6c5d-0000-4000-8000-000000000001"
OTHER = "9a7b6c5d-0000-4000-8000-000000000002"
NOW = "2026-11-23T12:00:00.000Z"


def delivery(event: str, item_id: str | None = ITEM, **change: object) -> dict[str, object]:
    return {
        "eventId": event,
        "event": event,
        "itemId": item_id,
        "attempt": 1,
        "at": NOW,
        "outcome": {"status": 200},
    } | change


def row(item_id: str = ITEM, owner: str | None = "ana", **change: object) -> dict[str, object]:
    named = {} if owner is None else {"owner": owner}
    return {"pk": f"ITEM#{item_id}", "fetchedAt": 1, "status": "UPDATED", **named, **change}


class FeedTest(unittest.TestCase):
    def test_a_user_gets_what_happened_to_their_own_items(self) -> None:
        collected = feed.Feed()
        collected.take_rows([row(), row(OTHER, "bruno")], NOW)
        collected.take(feed.delivery_entries([delivery("item/created"), delivery("item/updated", OTHER)]))

        entries, _ = collected.of("ana", 0)

        self.assertEqual([entry["name"] for entry in entries], ["UPDATED", "item/created"])
        self.assertEqual(list(collected.rows_of("bruno")), [OTHER])
        self.assertEqual(collected.of("nobody", 0)[0], [])

    def test_an_entry_waits_for_the_owner_of_its_item(self) -> None:
        collected = feed.Feed()
        collected.take(feed.delivery_entries([delivery("item/created")]))

        before, position = collected.of("ana", 0)
        collected.take_rows([row()], NOW)
        after, _ = collected.of("ana", position)

        self.assertEqual(before, [])
        self.assertEqual([entry["name"] for entry in after], ["item/created", "UPDATED"])

    def test_an_item_without_an_owner_does_not_hold_up_the_others_for_long(self) -> None:
        collected = feed.Feed()
        collected.take(feed.delivery_entries([delivery("item/created", OTHER)]))
        collected.entries[0]["seenAt"] = time.time() - feed.PATIENCE_SECONDS - 1
        collected.take_rows([row()], NOW)

        entries, _ = collected.of("ana", 0)

        self.assertEqual([entry["itemId"] for entry in entries], [ITEM])

    def test_a_deleted_item_stays_its_owners(self) -> None:
        collected = feed.Feed()
        collected.take_rows([row()], NOW)
        collected.take_rows([row(owner=None, status=None, deletedAt=2)], NOW)

        entries, _ = collected.of("ana", 0)

        self.assertEqual([entry["name"] for entry in entries], ["UPDATED", "deleted"])

    def test_what_was_taken_before_is_not_taken_again(self) -> None:
        collected = feed.Feed()
        for _ in range(2):
            collected.take(feed.delivery_entries([delivery("item/created")]))
            collected.take_rows([row()], NOW)

        self.assertEqual(len(collected.entries), 2)


class EntriesTest(unittest.TestCase):
    def test_the_feed_has_the_fetches_of_the_backend_and_not_those_of_the_widget(self) -> None:
        request = {"method": "GET", "path": f"/items/{ITEM}", "at": NOW, "status": 200, "fromBrowser": False}
        requests = [
            request,
            {**request, "fromBrowser": True},
            {**request, "path": "/items"},
            {**request, "status": None},
        ]

        entries = feed.fetch_entries(requests)

        self.assertEqual(
            [(entry["name"], entry["detail"], entry["itemId"]) for entry in entries], [("GET", "200", ITEM)]
        )

    def test_a_copy_of_a_webhook_event_on_the_bus_is_no_news(self) -> None:
        message = {"detail-type": "item.ready", "detail": {"id": "1", "itemId": ITEM}}

        entries = feed.bus_entries([message, {**message, "detail-type": "webhook.item/created"}], NOW)

        self.assertEqual([entry["name"] for entry in entries], ["item.ready"])

    def test_a_delivery_names_its_outcome(self) -> None:
        deliveries = [
            delivery("item/created"),
            delivery("item/created", attempt=2, outcome="timedOut"),
            delivery("x", None),
        ]

        self.assertEqual([entry["detail"] for entry in feed.delivery_entries(deliveries)], ["200", "timedOut"])


class RowTest(unittest.TestCase):
    def test_a_row_is_shown_without_the_link_of_a_login(self) -> None:
        stored = {"pk": {"S": "ITEM#1"}, "parameter": {"S": '{"type":"oauth","data":"https://bank.example.com/x"}'}}

        shown = feed.shown(feed.plain(stored))

        self.assertEqual(shown["parameter"], {"type": "oauth", "data": feed.LEFT_OUT})
        self.assertNotIn("bank.example.com", str(shown))

    def test_a_prompt_that_is_no_json_is_left_out_whole(self) -> None:
        self.assertEqual(feed.shown({"parameter": "{https://bank"})["parameter"], feed.LEFT_OUT)

    def test_values_of_dynamodb_become_plain(self) -> None:
        stored = {
            "number": {"N": "12"},
            "text": {"S": "{x"},
            "list": {"L": [{"S": "a"}]},
            "map": {"M": {"yes": {"BOOL": True}}},
        }

        self.assertEqual(feed.plain(stored), {"number": 12, "text": "{x", "list": ["a"], "map": {"yes": True}})


if __name__ == "__main__":
    unittest.main()
