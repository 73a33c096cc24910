"""Opening an instance folder: keys, clock, database, files. The same for the server and every command."""

from __future__ import annotations

from portal.base import clock, crash, files, journal, keys, tokens
from portal.base.config import Config
from portal.base.database import open_at
from portal.models import all as tables
from portal.models.record import install_guard

assert tables.TABLES


def open_instance(config: Config) -> keys.Keys:
    """Make the instance ready for use; migrating is `models.schema.upgrade`. Raises ConfigError."""
    clock.configure(config.clock_offset_file)
    crash.configure(config.crash_at)
    loaded = keys.load(config.keys_path, data_exists=config.database_path.exists())
    tokens.configure(loaded)
    journal.configure(config.instance / "journal")
    files.configure(config.files_path)
    open_at(config.database_path)
    install_guard()
    return loaded
