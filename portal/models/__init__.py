"""Floor 1: tables, constraints, facts."""
