"""`python app.py` serves the portal."""

from portal.cli import main

if __name__ == "__main__":
    raise SystemExit(main(["serve"]))
