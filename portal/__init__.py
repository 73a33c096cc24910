"""Foyer, floor by floor. A floor imports only floors below it; import-linter holds that, as a part of `make check`.

    cli         one module per command                       demo   an invented firm for `make demo`
    factory     create_app: puts everything together
    web         routes, forms, pages, API                    worker the background loop
    mail        outbox rows become messages
    operations  writes, verbs by noun                        queries  reads for screens
    policies    who may do what; scopes: who sees which rows
    models      tables, constraints, facts; the scope guard
    papers      PDFs that the program draws
    base        no domain, no Flask

A request comes in by `web/gate.py`, which finds who asks, what for, and opens the scope; the view fetches from the
scope, validates a form, calls one operation and answers. The same noun has the same file name on every floor:
`git ls-files | grep comments` is the whole feature.
"""
