"""`foyer import clients FILE`: as the pages do it, refusing what has to be looked at."""

from __future__ import annotations

import json
from pathlib import Path

from portal.models.client import Client
from portal.models.client_import import ImportRow
from portal.policies import scope as scopes
from tests.cli.conftest import Site, foyer

GOOD = (
    "Kundennummer;Firma;Ansprechpartner;E-Mail\n"
    "N-1;Brandt;Eva Brandt;eva@brandt.example.com\n"
    "N-2;Kock;;k@kock.example.com\n"
)


def write(tmp_path: Path, text: str, name: str = "list.csv") -> str:
    path = tmp_path / name
    path.write_text(text, encoding="cp1252")
    return str(path)


def numbers(site: Site) -> set[str]:
    with scopes.of_firm(site.firm.id) as scope:
        return {client.number for client in scope.of(Client)}


def test_a_list_is_imported(site: Site, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    looked = foyer(site.folder, "import", "clients", path, "--dry-run")
    assert (looked.returncode, looked.stderr) == (0, "")
    assert "2 new clients with 2 new contacts" in looked.stdout
    assert "would be imported" in looked.stdout
    assert not numbers(site) & {"N-1", "N-2"}
    done = foyer(site.folder, "import", "clients", path, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {"imported": True, "new": 2, "contacts": 2, "problems": []}.items() <= said.items()
    assert {"N-1", "N-2"} <= numbers(site)
    again = foyer(site.folder, "import", "clients", path)
    assert (again.returncode, "2 as they are" in again.stdout) == (0, True)


def test_a_list_with_problems_is_refused_line_by_line(site: Site, tmp_path: Path) -> None:
    path = write(tmp_path, f"{GOOD}N-3;;;ohne@punkt,example.com\n1001;Anders;;\n")
    refused = foyer(site.folder, "import", "clients", path)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "line 4, Firma: the name is missing",
        "line 4, E-Mail: no e-mail address; a comma for a dot (ohne@punkt.example.com): ohne@punkt,example.com",
        "line 5: the number belongs to a client of another name: 1001 Kunde 1001: Anders",
    ]
    assert "nothing was imported" in refused.stdout
    assert numbers(site) == {"1001", "1002", "TEST"}
    said = json.loads(foyer(site.folder, "import", "clients", path, "--json").stdout)
    assert [(each["line"], each["problem"]) for each in said["problems"]] == [
        (4, "required"),
        (4, "email_comma"),
        (5, "asked_number"),
    ]
    with scopes.of_firm(site.firm.id) as scope:
        assert not scope.holds(scope.of(ImportRow)), "a list that was refused leaves nothing behind"


def test_files_that_are_no_lists(site: Site, tmp_path: Path) -> None:
    html = foyer(site.folder, "import", "clients", write(tmp_path, "<html><table>"))
    assert (html.returncode, "not what its name says" in html.stderr) == (1, True)
    missing = foyer(site.folder, "import", "clients", str(tmp_path / "none.csv"))
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    nameless = foyer(site.folder, "import", "clients", write(tmp_path, "Ort;PLZ\nUlm;89073\n"))
    assert (nameless.returncode, "no column says" in nameless.stderr) == (1, True)
