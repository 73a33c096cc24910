"""Floor 5: routes, forms, pages. No query, no transaction, no `if role` in a view."""
