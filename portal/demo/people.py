"""Who there is in the demo: the firm, its staff, its clients and their contacts."""

from __future__ import annotations

from dataclasses import dataclass, field

FIRM = {
    "name": "Petry Haustechnik GmbH",
    "language": "de",
    "time_zone": "Europe/Berlin",
    "street": "Fährstieg 14",
    "postcode": "21107",
    "city": "Hamburg",
    "phone": "040 66969-120",
    "hours": "Mo–Fr 7–16 Uhr",
    "email": "post@petry.example.com",
    "vat_id": "DE000000000",
    "imprint_url": "https://www.petry.example.com/impressum",
    "privacy_url": "https://www.petry.example.com/datenschutz",
}
SLUG, COLOUR, BACKGROUND = "petry", "#0b5a72", "fade"
BANK = {"account_holder": FIRM["name"], "iban": "DE89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX"}
REGISTER = ("Amtsgericht Hamburg, HRB 000000", "Geschäftsführerin: Jana Petry")
TAX_NUMBER = "Steuernummer 00/000/00000"
PASSWORD = "warmes-wasser-morgens"  # noqa: S105 - of invented people on an instance for one machine only

JANA, MURAT, TOM = "jana.petry@petry.example.com", "murat.aydin@petry.example.com", "tom.wessels@petry.example.com"
TEST_CLIENT = "TEST"

TERMS = """Allgemeine Bedingungen für Angebote der Petry Haustechnik GmbH

1. Unsere Angebote gelten bis zu dem Tag, der auf ihnen steht. Mit der Annahme kommt der Auftrag zustande.
2. Wir führen die Arbeiten nach den anerkannten Regeln der Technik aus. Den Termin stimmen wir mit Ihnen ab.
3. Zeigt sich bei der Arbeit, dass mehr nötig ist als angeboten, fragen wir vorher. Ohne Ihr Ja berechnen wir nichts \
zusätzlich.
4. Rechnungen sind innerhalb von 14 Tagen nach Abnahme ohne Abzug zahlbar.
5. Für unsere Arbeit haften wir nach dem Gesetz; für Verschleißteile gelten die Angaben der Hersteller."""
FORMER_TERMS = TERMS.replace("14 Tagen", "10 Tagen")

STEPS = {
    "de": (
        "Bestätigung per E-Mail | Sofort, mit allen Angaben zu Ihrem Auftrag.\n"
        "Wir rufen Sie an | Innerhalb von zwei Werktagen, um den Termin abzustimmen.\n"
        "Wir führen die Arbeiten aus | Sie wissen vorher, wer kommt und wie lange es dauert.\n"
        "Rechnung erst nach der Abnahme | Mit 14 Tagen Zahlungsziel."
    ),
    "en": (
        "Confirmation by e-mail | At once, with all details of your order.\n"
        "We call you | Within two working days, to agree on a date.\n"
        "We carry out the work | You know beforehand who comes and how long it takes.\n"
        "Invoice only after you have approved the work | Payable within 14 days."
    ),
}


@dataclass(frozen=True)
class StaffMember:
    """Somebody of the firm. `assigned`: numbers of the clients this person works for."""

    name: str
    email: str
    role: str
    assigned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """A contact. The first one of a client is its primary one; `bounced` are the words of a mail server.

    Asked in `invited` days ago; where the client signs in by password, the password was set `joined` days ago.
    """

    first_name: str
    last_name: str
    email: str = ""
    salutation: str | None = None
    title: str = ""
    role: str = ""
    phone: str = ""
    language: str | None = None
    login: bool = True
    notify: bool = True
    bounced: str = ""
    invited: int | None = None
    joined: int | None = None
    invites: bool = False
    decide_limit: int | None = None


@dataclass(frozen=True)
class Colleague:
    """Somebody whom a contact of a client asked in, so many days ago."""

    by: str
    client: str
    days: int
    first_name: str
    last_name: str
    email: str


@dataclass(frozen=True)
class Company:
    """A client, known for `since` days, whose contacts sign in with a password since `password` days ago."""

    number: str
    name: str
    street: str
    postcode: str
    city: str
    people: tuple[Person, ...]
    since: int = 60
    kind: str = "company"
    email: str = ""
    phone: str = ""
    vat_id: str = ""
    extra: str = ""
    language: str | None = None
    external_accountant: bool = False
    access: bool = True
    link_revoked: bool = False
    password: int | None = None
    archived: int | None = field(default=None)


STAFF = (
    StaffMember("Jana Petry", JANA, "admin"),
    StaffMember("Murat Aydın", MURAT, "adviser", ("K-1042", "K-1043", "K-1056", "K-1063", "K-1069", "K-1075")),
    StaffMember("Tom Wessels", TOM, "adviser"),
)

_SABINE = Person(
    "Sabine", "Lindner", "s.lindner@lindner.example.org", "ms", role="Inhaberin", phone="040 5550-142", invited=29,
    joined=28, invites=True,
)  # fmt: skip
_ERIKA = Person("Erika", "Probe", "erika.probe@petry.example.com", "ms", role="probiert das Portal aus")

TESTER = (_ERIKA,)

COMPANIES = (
    Company(
        "K-1042", "Hausverwaltung Lindner", "Lindenstraße 4", "22297", "Hamburg",
        (
            _SABINE,
            Person(
                "Jonas", "Lindner", "jonas@lindner.example.org", "mr", role="Objektbetreuung",
                phone="0151 5550142", invited=100,
            ),
            Person(
                "Karin", "Vogt", "k.vogt@lindner.example.org", "ms", role="Buchhaltung",
                bounced="550 5.1.1 <k.vogt@lindner.example.org>: Recipient address rejected: User unknown",
            ),
        ),
        since=420, email="post@lindner.example.org", phone="040 5550-140", external_accountant=True,
    ),
    Company(
        "K-1043", "Bäckerei Thode", "Neuer Weg 12", "21109", "Hamburg",
        (
            Person("Hinnerk", "Thode", "hinnerk@thode.example.org", "mr", role="Inhaber", phone="040 5550-177"),
            Person("Wiebke", "Thode", "buero@thode.example.org", "ms", role="Büro", invited=6),
        ),
        since=390, external_accountant=True,
    ),
    Company(
        "K-1047", "Praxis Dr. Yıldız", "Rathausallee 3", "22846", "Norderstedt",
        (Person("Kim", "Yıldız", "praxis@yildiz.example.org", None, "Dr.", "Inhaber der Praxis", invited=190),),
        since=200, phone="040 5550-230",
    ),
    Company(
        "K-1051", "Kita Elbwichtel e. V.", "Am Deich 21", "21107", "Hamburg",
        (
            Person("Frauke", "Petersen", "leitung@elbwichtel.example.org", "ms", role="Leitung", invited=300),
            Person("Ole", "Brandt", "", "mr", role="Hausmeister", phone="0160 5550199"),
        ),
        since=310, email="kita@elbwichtel.example.org",
    ),
    Company(
        "K-1056", "Familie Okonkwo", "Rolandstraße 8", "22880", "Wedel",
        (
            Person("Chidi", "Okonkwo", "chidi@okonkwo.example.org", "mr"),
            Person("Amara", "Okonkwo", "amara@okonkwo.example.org", "ms"),
        ),
        since=150, kind="person", external_accountant=True,
    ),
    Company(
        "K-1058", "Café Nordlicht", "Schulterblatt 101", "20357", "Hamburg",
        (
            Person(
                "Lena", "Brandt", "lena@nordlicht.example.org", "ms", role="Inhaberin",
                phone="040 5550-188", invited=14,
            ),
        ),
        since=260,
    ),
    Company(
        "K-1060", "WEG Kastanienweg 9–13", "Kastanienweg 9", "25421", "Pinneberg",
        # Sabine Lindner manages this house, too: one person, two clients
        (_SABINE, Person("Günter", "Maaß", "g.maass@kastanienweg.example.org", "mr", role="Beirat")),
        since=400, extra="c/o Hausverwaltung Lindner",
    ),
    Company(
        "K-1063", "Autohaus Brinkmann GmbH", "Hamburger Straße 77", "22926", "Ahrensburg",
        (Person("Dirk", "Brinkmann", "d.brinkmann@brinkmann.example.com", "mr", role="Geschäftsführer", invited=210),),
        since=560, vat_id="DE000000106", external_accountant=True,
    ),
    Company(
        "K-1064", "Familie Harms", "Op de Wisch 2", "22399", "Hamburg",
        (Person("Gerda", "Harms", "", "ms", phone="040 5550-205"),),
        since=120, kind="person",
    ),
    Company(
        "K-1069", "Tischlerei Voss GmbH", "Industriestraße 30", "22869", "Schenefeld",
        (
            Person("Malte", "Voss", "malte@tischlerei-voss.example.com", "mr", role="Geschäftsführer", invited=205),
            Person(
                "Silke", "Voss", "buero@tischlerei-voss.example.com", "ms", role="Buchhaltung",
                invited=205, decide_limit=500_00,
            ),
        ),
        since=350, vat_id="DE000000107", external_accountant=True,
    ),
    Company(
        "K-1071", "Zahnärzte am Hafen", "Kajen 6", "20459", "Hamburg",
        (
            Person("Anne", "Kröger", "anne@zahnaerzte-hafen.example.org", "ms", "Dr."),
            Person("Piet", "Kröger", "piet@zahnaerzte-hafen.example.org", "mr", "Dr."),
        ),
        since=140, access=False,
    ),
    Company(
        "K-1075", "Reederei J. Paulsen GmbH & Co. KG", "Große Elbstraße 212", "22767", "Hamburg",
        (
            Person(
                "Birte", "Paulsen", "b.paulsen@paulsen.example.com", "ms", role="Technische Leitung",
                invited=5, joined=5, invites=True,
            ),
            Person(
                "Daniel", "Ferreira", "d.ferreira@paulsen.example.com", "mr", role="Accounting",
                language="en", invited=5,
            ),
            Person("Jens", "Ohlsen", "j.ohlsen@paulsen.example.com", "mr", role="Einkauf", notify=False),
        ),
        since=480, vat_id="DE000000108", external_accountant=True, password=5,
    ),
    Company(
        "K-1078", "Hotel Alte Werft GmbH", "Werftstraße 1", "20457", "Hamburg",
        (
            Person(
                "Marijke", "de Vries", "m.devries@altewerft.example.com", "ms", role="House manager",
                language="en", invited=88,
            ),
        ),
        since=90, language="en",
    ),
    Company(
        "K-1080", "Kirchengemeinde St. Marien", "Kirchplatz 5", "25436", "Uetersen",
        (Person("Johannes", "Thun", "", "mr", role="Küster", phone="04122 5550-11"),),
        since=230,
    ),
    Company(
        "K-1083", "Buchhandlung Seitenweise", "Osterstraße 44", "20259", "Hamburg",
        (Person("Tuğba", "Kaya", "tugba@seitenweise.example.org", "ms", role="Inhaberin"),),
        since=170,
    ),
    Company(
        "K-1085", "Yoga am Kanal, Nele Hoffmann", "Leinpfad 60", "22299", "Hamburg",
        (Person("Nele", "Hoffmann", "nele@yoga-kanal.example.org", "ms"),),
        since=75,
    ),
    Company(
        "K-1088", "Fischräucherei Jansen KG", "Am Fischmarkt 9", "22767", "Hamburg",
        (Person("Knut", "Jansen", "knut@jansen.example.com", "mr", role="Inhaber", invited=205),),
        since=300,
    ),
    Company(
        "K-1090", "TuS Altona-Nord von 1907 e. V.", "Sportplatzring 2", "22525", "Hamburg",
        (
            Person("Petra", "Szymański", "vorstand@tus-altona-nord.example.org", "ms", role="Vorstand", invited=200),
            Person("Ali", "Demir", "technik@tus-altona-nord.example.org", "mr", role="Platzwart"),
        ),
        since=210,
    ),
    Company(
        "K-1093", "Architekturbüro Sørensen + Bauer", "Bernstorffstraße 118", "22767", "Hamburg",
        (Person("Ingrid", "Sørensen", "is@soerensen-bauer.example.com", "ms", role="Partnerin"),),
        since=130,
    ),
    Company(
        "K-1095", "Familie Nguyễn", "Hellbrookkamp 15", "22177", "Hamburg",
        (Person("Thanh", "Nguyễn", "thanh@nguyen.example.org", None, invited=54),),
        since=55, kind="person",
    ),
    Company(
        "K-1097", "Physiotherapie Ahlers", "Lange Reihe 23", "20099", "Hamburg",
        (Person("Svenja", "Ahlers", "svenja@physio-ahlers.example.org", "ms", invited=12),),
        since=45,
    ),
    Company(
        "K-1101", "Kaffeerösterei Möller GmbH & Co. KG", "Pickhuben 4", "20457", "Hamburg",
        (Person("Tjark", "Möller", "tjark@roesterei-moeller.example.com", "mr", role="Röstmeister", invited=205),),
        since=240, vat_id="DE000000109",
    ),
    Company(
        "K-1104", "Ferienwohnungen Deichblick", "Deichstraße 3", "25746", "Heide",
        (Person("Antje", "Lorenzen", "antje@deichblick.example.org", "ms"),),
        since=20, link_revoked=True,
    ),
    Company(
        "K-1107", "Druckerei Eckholt", "Borselstraße 18", "22765", "Hamburg",
        (Person("Rolf", "Eckholt", "rolf@eckholt.example.com", "mr", login=False),),
        since=110, link_revoked=True,
    ),
    Company(
        "K-1109", "WEG Fährhausweg 21–27", "Fährhausweg 21", "22085", "Hamburg",
        (
            _SABINE,
            Person("Heide", "Claussen", "heide@claussen.example.org", "ms", role="Beirätin", invited=9),
        ),
        since=30, extra="c/o Hausverwaltung Lindner", password=30,
    ),
    Company(
        "K-0987", "Gasthof Zur Mühle", "Mühlenweg 1", "21217", "Seevetal",
        (Person("Heinz", "Albers", "heinz@zurmuehle.example.org", "mr"),),
        since=700, archived=200,
    ),
)  # fmt: skip

COLLEAGUES = (
    Colleague("b.paulsen@paulsen.example.com", "K-1075", 2, "Lasse", "Petersen", "l.petersen@paulsen.example.com"),
)
