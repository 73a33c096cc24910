"""The figures of *Today* in words: rows for the bars of `shared/charts.html`, each with the list that shows it."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal.queries import pending
from portal.queries.figures import Age, Figures, is_old
from portal.web.formats import money, quantity, short_instant

Bar = tuple[str, str, int, list[str], str]


def funnel(figures: Figures) -> list[Bar]:
    """From access granted to there in the last 30 days."""
    found = figures.funnel
    return [
        (_("Access granted"), url_for("firm.clients.index"), found.granted, [], "soft"),
        (_("Invited"), url_for("firm.pending.index", show=pending.ASKED), found.invited, [], "soft"),
        (_("Activated"), url_for("firm.clients.index", status="active"), found.activated, [], ""),
        (_("Active in 30 days"), url_for("firm.clients.index", seen="30"), found.active, [], ""),
    ]


def of_funnel(figures: Figures) -> list[str]:
    """What the bars come to, in sentences, and of when they are where they are not of now."""
    found = figures.funnel
    if not found.granted:
        return [_("No contact may sign in yet.")]
    percent = quantity(str(found.activated * 100 // found.granted))
    texts = [_("%(percent)s %% of the people with access have come in.", percent=percent)]
    if is_old(figures):
        texts.append(_("Counted on %(time)s.", time=short_instant(figures.counted_at)))
    return texts


def offers(figures: Figures) -> list[Bar]:
    """Open offers by the days since they were issued."""
    address = url_for("firm.documents.index", kind="offer", status="open")
    new, older, old = figures.offers
    return [
        _bar(_("up to 7 days old"), address, new, ""),
        _bar(_("8 to 30 days"), address, older, ""),
        _bar(_("more than 30 days"), address, old, "wait"),
    ]


def invoices(figures: Figures) -> list[Bar]:
    """Unpaid invoices by the days since they were due."""
    still = url_for("firm.documents.index", kind="invoice", status="open")
    overdue = url_for("firm.documents.index", kind="invoice", status="overdue")
    not_due, fresh, older, old = figures.invoices
    return [
        _bar(_("not due yet"), still, not_due, "soft"),
        _bar(_("1 to 14 days overdue"), overdue, fresh, "wait"),
        _bar(_("15 to 30 days"), overdue, older, "bad"),
        _bar(_("more than 30 days"), overdue, old, "bad"),
    ]


def _bar(words: str, address: str, age: Age, tone: str) -> Bar:
    sums: list[Any] = [money(cents, currency) for currency, cents in sorted(age.sums.items())]
    return (words, address, age.count, sums, tone)
