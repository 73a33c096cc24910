"""The floor: a bare Flask page under the same server with the same threads."""

from __future__ import annotations

import sys

from flask import Flask
from waitress import serve

app = Flask("bare")


@app.get("/")
def index() -> str:
    return "<!doctype html><title>Bare</title><h1>Bare</h1>"


if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8, connection_limit=500, ident=None)
