"""Invented data, and the making of it: beside `cli`, above everything else.

The demo firm (`people.py`, `papers.py` tell it, `building.py` makes it through the operations, with the clock in the
past) and the crowds of `foyer seed` (`crowd.py` invents them, `seeding.py` writes them in bulk). Names and addresses
are invented; e-mail addresses end in example.com or example.org.
"""
