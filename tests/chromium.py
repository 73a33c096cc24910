"""Makes sure that there is a Chromium for the browser tests: from the system's packages, when we may install it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW = "apt-get install chromium"


def find() -> str | None:
    """The path of a Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Install when missing and allowed; without it browser tests are skipped, but with CI set that is a failure."""
    if find() or _install():
        return 0
    print(f"No Chromium: browser tests will be skipped. To get it: {HOW}", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


def _install() -> bool:
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") is None or (prefix and shutil.which("sudo") is None):
        return False
    if prefix and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode != 0:
        return False
    print("Installing Chromium for the browser tests ...")
    for step in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium", "fonts-dejavu-core"]):
        done = subprocess.run(
            [*prefix, "apt-get", *step],
            capture_output=True,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
        if done.returncode != 0:
            return False
    return find() is not None


if __name__ == "__main__":
    raise SystemExit(main())
