"""Floor 3: writes, as verbs by noun. First argument `actor`."""
