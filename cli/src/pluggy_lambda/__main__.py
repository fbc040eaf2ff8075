"""`python -m pluggy_lambda`."""

from pluggy_lambda.main import main

if __name__ == "__main__":
    main(prog_name="pluggy-lambda")
