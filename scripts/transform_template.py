"""The transformed template, for the tests that check what is really deployed."""

import json

from stack import console, paths, sam_template

# SAM replaces references to some parameters by their values, so these values must differ from the defaults.
PARAMETERS = {
    "AllowedRequestHeaders": "traceparent,x-request-source",
    "CorsAllowedOrigins": "https://app.example.com,https://admin.example.com",
}


def transform_template() -> None:
    template = sam_template.transform(sam_template.read_source(paths.ROOT / "template.yaml"), PARAMETERS)
    paths.TRANSFORMED_TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    paths.TRANSFORMED_TEMPLATE.write_text(json.dumps(template, indent=2) + "\n")


if __name__ == "__main__":
    console.run(transform_template)
