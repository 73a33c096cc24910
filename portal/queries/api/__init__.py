"""Reads for the JSON API: objects with all that belongs to them, as many statements for one as for a page."""
