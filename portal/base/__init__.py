"""Floor 0: no domain, no Flask."""
