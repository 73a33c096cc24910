"""Floor 3: reads for screens. First argument `scope`."""
