"""create_app: settings, database, areas, headers, errors; ends with a look at all routes."""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.base import demo_mark
from portal.base.config import Config
from portal.base.config import load as load_config
from portal.base.keys import Keys
from portal.operations import codes
from portal.operations.boot import open_instance
from portal.web import (
    api,
    assets,
    client,
    csrf,
    errors,
    firm,
    formats,
    gate,
    headers,
    htmx,
    languages,
    login,
    public,
    shell,
    templates,
)
from portal.web.api import problems
from portal.web.routing import audit_routes
from portal.web.session import RowSessions


def create_app(config: Config | None = None) -> Flask:
    """The portal on an instance. Migrating is the caller's matter (`foyer serve` does it). Raises ConfigError."""
    config = config or load_config()
    keys = open_instance(config)
    app = Flask("portal", template_folder="../templates", static_folder=None)
    app.jinja_environment = templates.LanguageEnvironment
    _configure(app, config, keys)
    codes.configure(mail_available=config.mail_url is not None or demo_mark.is_demo(config.instance))
    htmx.init_app(app)
    app.session_interface = RowSessions()
    csrf.csrf.init_app(app)
    login.init_app(app)
    languages.init_app(app)
    formats.init_app(app)
    assets.init_app(app)
    shell.init_app(app)
    gate.init_app(app)
    headers.init_app(app)
    errors.init_app(app, problems.answer)
    _register(app)
    templates.init_app(app)
    if config.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxy_hops, config.proxy_hops, 0, 0, 0)  # type: ignore[method-assign]
    audit_routes(app)
    return app


def _configure(app: Flask, config: Config, keys: Keys) -> None:
    app.config.update(
        PORTAL=config,
        HTTPS=config.https,
        SECRET_KEY=keys.current("session"),
        PRE_KEYS=keys.all_of("session")[::-1],
        WTF_CSRF_SECRET_KEY=keys.current("form"),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=60 * 1024 * 1024,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.auto_reload = False
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    logging.getLogger("flask_wtf.csrf").setLevel(logging.WARNING)


def _register(app: Flask) -> None:
    assets.area.register(app)
    for package in (public, firm, client, api):
        package.area.register(app, package)
