"""Placeholders in the firm's own texts (B7, DETAILS 8)."""

from __future__ import annotations

from portal.base.placeholders import KNOWN, OF_FIRM, fill, unknown


def test_known_names_are_filled_and_others_stay() -> None:
    text = "[Client.name], [Client.mood], [client.name], Client.name, [Document.total]"
    filled = fill(text, {"Client.name": "Lindner", "Document.total": "119,00 €"})
    assert filled == "Lindner, [Client.mood], [client.name], Client.name, 119,00 €"


def test_what_a_value_holds_is_not_filled_again() -> None:
    values = {"Client.name": "[Firm.phone]", "Firm.phone": "040 1"}
    assert fill("[Client.name] [Firm.phone]", values) == "[Firm.phone] 040 1"


def test_backslashes_in_values_stay() -> None:
    assert fill("[Client.name]", {"Client.name": r"\1 \g<0>"}) == r"\1 \g<0>"


def test_unknown_ones_are_pointed_out_once_and_as_typed() -> None:
    text = "[Client.name] [Client.nmae] [client.name] [Client.nmae] [see below] [1.2] [Foo.bar]"
    assert unknown(text) == ["[Client.nmae]", "[client.name]", "[Foo.bar]"]


def test_known_ones_without_a_value_here_are_pointed_out_too() -> None:
    assert unknown("[Firm.name] [Document.title]", OF_FIRM) == ["[Document.title]"]


def test_the_names_of_the_promise() -> None:
    document = {f"Document.{name}" for name in ["number", "title", "date", "due_date", "valid_until", "total", "url"]}
    client = {f"Client.{name}" for name in ["customerportal_url", "name", "number", "contact_name"]}
    assert set(KNOWN) == document | client | {"Firm.name", "Firm.phone", "Firm.email", "Staff.name"}
