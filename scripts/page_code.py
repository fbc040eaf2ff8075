"""`make page-code`: copies the code in the pages from the files that it is part of."""

from frontend import fences
from frontend.pages import pages
from stack import console


def page_code() -> None:
    for page in pages():
        text = page.read_text()
        filled = fences.filled(text)
        if filled != text:
            page.write_text(filled)
            print(f"{console.relative(page)}: updated")


if __name__ == "__main__":
    console.run(page_code)
