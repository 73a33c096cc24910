"""`python -m portal.demo` makes the demo in the folder of the settings, in place of the one that is there.

A process of its own: what draws documents takes 50 MB, which a server would keep as long as it runs. Whoever starts it
holds the lock of the instance.
"""

from __future__ import annotations

import os
import sys

from portal.demo import site

if __name__ == "__main__":
    # files of a demo are for this account alone, as those of every instance
    os.umask(0o077)
    site.make(site.configure(os.environ))
    sys.exit(0)
