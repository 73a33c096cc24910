"""Floor 2: who may do what, and who sees which rows."""
