import unittest

from frontend import fences
from stack import console

PAGE = """
```ts one.ts
const a = 1
```
Text, and `inline` code.
```js
not(ours)
```
```tsx Two.tsx
<a />
```
```ts one.ts
const b = a
```
"""


class Fences(unittest.TestCase):
    def test_blocks_of_one_file_are_one_text(self) -> None:
        self.assertEqual(fences.files(PAGE), {"one.ts": "const a = 1\nconst b = a\n", "Two.tsx": "<a />\n"})

    def test_a_block_without_a_file_is_left_out(self) -> None:
        self.assertEqual(fences.files("```ts\nconst a = 1\n```\n"), {})

    def test_a_name_that_is_taken_or_leads_elsewhere_is_refused(self) -> None:
        for opening in ("ts api.ts", "ts answers.ts", "ts ../one.ts", "ts one.tsx", "tsx one.ts", "ts one"):
            with self.subTest(opening), self.assertRaises(console.Failure):
                fences.files(f"```{opening}\n```\n")


if __name__ == "__main__":
    unittest.main()
