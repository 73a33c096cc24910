"""The sixty documents of the demo, each with what became of it. Days count back from today, ends from today on."""

from __future__ import annotations

from collections.abc import Iterator

from portal.demo.people import JANA, MURAT, TEST_CLIENT, TOM
from portal.demo.story import (
    Accepted,
    Answered,
    Asked,
    Cancelled,
    Confirmed,
    Declined,
    Opened,
    Paid,
    Paper,
    Revised,
    Scanned,
    When,
    Withdrawn,
)
from portal.models.document import CREDIT_NOTE, INVOICE, OFFER, SERVICE_REPORT
from portal.papers.bill import Item

# the links that `foyer demo` prints lead to these two
BELOW_THE_LIMIT, ABOVE_THE_LIMIT = "probe-thermostat", "lindner-pumpe"

SABINE, JONAS = "s.lindner@lindner.example.org", "jonas@lindner.example.org"
MALTE, HINNERK, BIRTE = (
    "malte@tischlerei-voss.example.com",
    "hinnerk@thode.example.org",
    "b.paulsen@paulsen.example.com",
)
LENA, FRAUKE, ERIKA = "lena@nordlicht.example.org", "leitung@elbwichtel.example.org", "erika.probe@petry.example.com"
PIECE, HOUR, FLAT, METRE, UNIT = "H87", "HUR", "LS", "MTR", "C62"


def _hours(quantity: str, title: str = "Arbeitszeit", detail: str = "") -> Item:
    return Item(title, quantity, HOUR, 64_00, detail)


_TRAVEL = Item("Anfahrt", "1", FLAT, 16_00)

_PUMP = (
    Item("Hocheffizienzpumpe", "1", PIECE, 1148_00, "mit Isolierschale, stufenlos geregelt"),
    Item("Hydraulischer Abgleich", "14", UNIT, 68_00, "Verfahren B, je Heizkörper, mit Protokoll"),
    Item("Thermostatventile", "14", PIECE, 54_00, "voreinstellbar"),
    _hours("12", "Montage und Inbetriebnahme"),
    Item("Altgerät", "1", FLAT, 62_00, "abholen und entsorgen"),
)
_THERMOSTAT = (
    Item("Thermostatkopf Bad", "2", PIECE, 39_00, "elektronisch, mit Zeitprogramm"),
    _hours("1.5", "Einbau und Einweisung"),
    _TRAVEL,
)
_MAINTENANCE = (
    Item("Wartung Gas-Brennwertgerät", "1", UNIT, 198_00, "Reinigung, Messung, Prüfung der Sicherheitseinrichtungen"),
    Item("Verschleißteile-Set", "1", PIECE, 74_00),
    _hours("1.5"),
    _TRAVEL,
)
_THERMOSTATS = (
    Item("Thermostatventile", "3", PIECE, 54_00, "voreinstellbar"),
    _hours("1.5", "Montage"),
    Item("Kleinmaterial", "1", FLAT, 4_50),
)
_OVEN = (
    Item("Zuleitung Backofen", "24", METRE, 11_90, "NYM-J 5 x 6 mm²"),
    Item("CEE-Steckdose 32 A", "2", PIECE, 46_80),
    Item("Leitungsschutzschalter", "2", PIECE, 58_50),
    _hours("6", "Elektroinstallation"),
    Item("Prüfung und Protokoll", "1", FLAT, 95_00, "nach DIN VDE 0100-600"),
)
_WALLBOX = (
    Item("Wallbox 11 kW", "2", PIECE, 689_00, "mit Zähler und Lastmanagement"),
    Item("Zuleitung Hof", "38", METRE, 14_20, "im Erdreich"),
    Item("Unterverteilung", "1", PIECE, 412_00),
    _hours("14", "Installation und Anmeldung beim Netzbetreiber"),
)
_HALL = (
    Item("Dunkelstrahler 28 kW", "3", PIECE, 1180_00, "mit Abgasführung"),
    _hours("18", "Montage und Inbetriebnahme"),
    Item("Hallenthermostat", "1", PIECE, 148_00),
)
_PIPE = (
    Item("Zirkulationsleitung", "16", METRE, 28_50, "Edelstahl, gedämmt"),
    _hours("7.5", "Montage"),
    Item("Zirkulationspumpe", "1", PIECE, 64_00),
)
_LIGHTS = (
    Item("LED-Leuchten", "12", PIECE, 86_00, "dimmbar, 4000 K"),
    _hours("5", "Demontage und Montage"),
    Item("Entsorgung der alten Leuchten", "1", FLAT, 48_00),
)
_HEAT_PUMP = (
    Item("Luft-Wasser-Wärmepumpe 9 kW", "1", PIECE, 8940_00, "mit Innengerät und Regelung"),
    Item("Pufferspeicher 200 l", "1", PIECE, 1120_00),
    Item("Fundament und Leitungen außen", "1", FLAT, 1480_00),
    _hours("40", "Montage, Anschluss und Inbetriebnahme"),
    Item("Ausbau der alten Anlage", "1", FLAT, 640_00),
)
_BOILER = (
    Item("Durchlauferhitzer 18 kW", "1", PIECE, 412_00, "elektronisch geregelt"),
    _hours("2.5", "Austausch"),
    _TRAVEL,
)
_RADIATOR = (
    Item("Heizkörper Typ 22, 600 x 1200", "2", PIECE, 218_00),
    _hours("4", "Austausch und Entlüften"),
    _TRAVEL,
)
_CHECK = (
    Item("E-Check", "1", FLAT, 320_00, "Prüfung der elektrischen Anlage nach DIN VDE 0105-100"),
    Item("Prüfprotokoll", "1", FLAT, 60_00),
    _TRAVEL,
)
_EMERGENCY = (
    Item("Notdiensteinsatz", "1", FLAT, 120_00, "außerhalb der Bürozeiten"),
    _hours("2", "Störungssuche und Reparatur"),
    Item("Zündelektrode", "1", PIECE, 42_00),
)
_FLUSH = (
    Item("Heizkreise spülen", "6", UNIT, 74_00),
    _hours("5"),
    Item("Inhibitor", "2", PIECE, 38_00),
)

_OFFERS = (
    Paper(
        ABOVE_THE_LIMIT, OFFER, "K-1042", When(9, 9, 58), "Neue Heizungspumpe und hydraulischer Abgleich",
        "Lindenstraße 4", _PUMP, ends_in=12, by=JANA,
        note="Guten Tag [Client.contact_name], das Angebot gilt bis zum [Document.valid_until]. Den Förderantrag "
        "stellen wir gern mit Ihnen. Viele Grüße, [Staff.name]",
        closing="Voraussichtliche Dauer etwa 1,5 Tage; die Heizung ist höchstens vier Stunden aus.",
        events=(
            Scanned(When(9, 10, 1), SABINE),
            Opened(When(8, 8, 12), SABINE),
            Asked(When(4, 17, 40), SABINE, "Können wir den Termin vor Weihnachten legen? Im Haus wohnen zwei ältere "
                  "Mieter."),
            Answered(When(3, 9, 5), JANA, "Ja, das klappt, wenn Sie bis Ende nächster Woche zusagen. Die Heizung ist "
                     "höchstens vier Stunden aus."),
            Opened(When(1, 8, 14), SABINE),
            Opened(When(0, 7, 50), JONAS),
        ),
    ),
    Paper(
        BELOW_THE_LIMIT, OFFER, TEST_CLIENT, When(2), "Zwei Thermostate im Bad tauschen", "Fährstieg 14", _THERMOSTAT,
        ends_in=26, by=JANA,
        note="An diesem Angebot lässt sich alles ausprobieren: Es gehört zum Testkunden und zählt in keiner Übersicht.",
    ),
    Paper(
        "voss-halle", OFFER, "K-1069", When(20), "Dunkelstrahler für die Werkhalle", "Industriestraße 30", _HALL,
        ends_in=1, by=MURAT,
        events=(Opened(When(19, 20, 15), MALTE), Opened(When(11, 7, 2), MALTE), Opened(When(2, 21, 30), MALTE)),
    ),
    Paper(
        "weg-spuelen", OFFER, "K-1060", When(6), "Heizkreise spülen, alle Aufgänge", "Kastanienweg 9–13", _FLUSH,
        ends_in=15, by=JANA, events=(Opened(When(5, 18, 20), SABINE),),
    ),
    Paper(
        "weg-licht", OFFER, "K-1060", When(14), "Treppenhausbeleuchtung auf LED umrüsten", "Kastanienweg 11", _LIGHTS,
        ends_in=2, by=TOM, events=(Opened(When(13, 9, 0), "g.maass@kastanienweg.example.org"),),
    ),
    Paper(
        "werft-wallbox", OFFER, "K-1078", When(5), "Zwei Ladepunkte im Hof", "Werftstraße 1", _WALLBOX, ends_in=23,
        by=JANA, events=(
            Opened(When(4, 16, 3), "m.devries@altewerft.example.com"),
            Asked(When(2, 11, 25), "m.devries@altewerft.example.com", "Could our guests pay for the charging?"),
        ),
    ),
    Paper(
        "yildiz-licht", OFFER, "K-1047", When(3), "Beleuchtung der Behandlungsräume", "Rathausallee 3", _LIGHTS,
        ends_in=18, by=MURAT,
    ),
    Paper(
        "okonkwo-waermepumpe", OFFER, "K-1056", When(12), "Wärmepumpe statt Gasheizung", "Rolandstraße 8", _HEAT_PUMP,
        ends_in=30, by=MURAT, events=(
            Opened(When(12, 19, 45), "chidi@okonkwo.example.org"),
            Opened(When(10, 20, 30), "amara@okonkwo.example.org"),
            Asked(When(10, 20, 41), "amara@okonkwo.example.org", "Wie laut ist das Gerät auf der Terrasse?"),
            Answered(When(9, 8, 10), MURAT, "In drei Metern Abstand etwa 35 dB(A), leiser als ein Kühlschrank. Wir "
                     "zeigen Ihnen gern eine Anlage in Ihrer Nähe."),
        ),
    ),
    Paper(
        "thode-ofen-alt", OFFER, "K-1043", When(52), "Backofen anschließen", "Neuer Weg 12", _OVEN, ends_in=-22,
        by=MURAT,
        events=(Opened(When(50, 5, 40), HINNERK),),
    ),
    Paper(
        "thode-ofen", OFFER, "K-1043", When(8), "Backofen anschließen", "Neuer Weg 12", _OVEN, ends_in=20, by=MURAT,
        replaces="thode-ofen-alt", events=(Opened(When(7, 5, 15), HINNERK),),
    ),
    Paper(
        "seitenweise-licht", OFFER, "K-1083", When(48), "LED-Leuchten im Verkaufsraum", "Osterstraße 44", _LIGHTS,
        ends_in=-18, by=TOM, events=(Opened(When(47, 12, 30), "tugba@seitenweise.example.org"),),
    ),
    Paper(
        "ahlers-boiler", OFFER, "K-1097", When(31), "Durchlauferhitzer austauschen", "Lange Reihe 23", _BOILER,
        ends_in=-3, by=TOM,
    ),
    Paper(
        "nordlicht-licht", OFFER, "K-1058", When(25), "Neue Leuchten für den Gastraum", "Schulterblatt 101", _LIGHTS,
        ends_in=5, by=JANA,
        events=(Opened(When(24, 22, 5), LENA), Accepted(When(1, 10, 44), LENA)),
    ),
    Paper(
        "voss-check", OFFER, "K-1069", When(33), "E-Check der Werkstatt", "Industriestraße 30", _CHECK, ends_in=-3,
        by=MURAT, events=(Opened(When(32, 7, 20), MALTE), Accepted(When(30, 7, 31), MALTE)),
    ),
    Paper(
        "paulsen-pumpen", OFFER, "K-1075", When(40), "Zwei Heizungspumpen im Kontorhaus", "Große Elbstraße 212", _PUMP,
        ends_in=-10, by=MURAT, events=(
            Scanned(When(40, 9, 41), BIRTE), Opened(When(39, 9, 15), BIRTE),
            Asked(When(39, 9, 22), BIRTE, "Ist die Entsorgung der alten Pumpen dabei?"),
            Answered(When(39, 11, 2), MURAT, "Ja, Position 5."), Accepted(When(38, 14, 9), BIRTE),
        ),
    ),
    Paper(
        "jansen-boiler", OFFER, "K-1088", When(28), "Durchlauferhitzer im Verkauf", "Am Fischmarkt 9", _BOILER,
        ends_in=2, by=TOM, events=(Opened(When(27, 4, 50), "knut@jansen.example.com"),
                        Accepted(When(0, 6, 20), "knut@jansen.example.com")),
    ),
    Paper(
        "lindner-zirkulation", OFFER, "K-1042", When(50), "Zirkulationsleitung Kastanienweg 9", "Kastanienweg 9", _PIPE,
        ends_in=-20, by=JANA,
        events=(Opened(When(47, 8, 30), SABINE),
                Declined(When(46, 8, 41), SABINE, "Der Zeitpunkt passt nicht. Bitte im Frühjahr noch einmal.")),
    ),
    Paper(
        "nguyen-waermepumpe", OFFER, "K-1095", When(35), "Wärmepumpe für das Reihenhaus", "Hellbrookkamp 15",
        _HEAT_PUMP,
        ends_in=-5, by=JANA, events=(Opened(When(34, 20, 0), "thanh@nguyen.example.org"),
                                     Declined(When(20, 21, 12), "thanh@nguyen.example.org", "")),
    ),
    Paper(
        "marien-heizung", OFFER, "K-1080", When(7), "Neue Heizungspumpe im Gemeindehaus", "Kirchplatz 5", _PUMP,
        ends_in=14, by=JANA, events=(Opened(When(3, 18, 10)), Accepted(When(1, 18, 32), name="Johannes Thun")),
    ),
    Paper(
        "marien-lampen", OFFER, "K-1080", When(60), "Außenbeleuchtung am Kirchplatz", "Kirchplatz 5", _LIGHTS,
        ends_in=-30, by=JANA, events=(
            Accepted(When(57, 17, 15), name="Johannes Thun"),
            Confirmed(When(56, 8, 35), JANA, "Johannes Thun", "Rückruf unter der Nummer in unserer Kartei"),
        ),
    ),
    Paper(
        "brinkmann-wallbox", OFFER, "K-1063", When(500), "Ladesäule für Kunden", "Hamburger Straße 77", _WALLBOX,
        ends_in=-470, by=MURAT, events=(Withdrawn(When(495, 11, 0)),),
    ),
    Paper(
        "sorensen-hall", OFFER, "K-1093", When(18), "Elektroinstallation Dachgeschoss", "Bernstorffstraße 118", _OVEN,
        ends_in=10, by=TOM, events=(
            Opened(When(17, 10, 10), "is@soerensen-bauer.example.com"),
            Asked(When(16, 15, 55), "is@soerensen-bauer.example.com", "Bitte mit vier statt zwei Steckdosen rechnen."),
            Revised(When(15, 9, 30), (*_OVEN[:1], Item("CEE-Steckdose 32 A", "4", PIECE, 46_80), *_OVEN[2:]), 13),
            Answered(When(15, 9, 33), TOM, "Gern, die neue Fassung steht oben."),
            Opened(When(14, 9, 12), "is@soerensen-bauer.example.com"),
        ),
    ),
    Paper(
        "moeller-roester", OFFER, "K-1101", When(22), "Drehstromanschluss für den Röster", "Pickhuben 4", _OVEN,
        ends_in=-1, by=TOM, events=(Withdrawn(When(19, 14, 20)),),
    ),
    Paper("entwurf-tus", OFFER, "K-1090", When(1), "Duschen der Heimkabine erneuern", "Sportplatzring 2", _BOILER,
          ends_in=28, by=TOM, draft=True),
    Paper("entwurf-hafen", OFFER, "K-1071", When(0), "Beleuchtung im Wartezimmer", "Kajen 6", _LIGHTS, ends_in=30,
          by=JANA, draft=True),
)  # fmt: skip

_INVOICES = (
    Paper(
        "lindner-wartung", INVOICE, "K-1042", When(5), "Heizungswartung Am Deich 21", "Am Deich 21", _MAINTENANCE,
        ends_in=9, by=JANA, closing="Enthaltene Lohnkosten: 112,00 € netto.",
        events=(Opened(When(1, 8, 16), SABINE),),
    ),
    Paper(
        "probe-rechnung", INVOICE, TEST_CLIENT, When(4), "Heizungswartung Büro", "Fährstieg 14", _MAINTENANCE,
        ends_in=10, by=JANA,
    ),
    Paper("lindner-thermostate", INVOICE, "K-1042", When(31), "Thermostate Lindenstraße 4", "Lindenstraße 4",
          _THERMOSTATS, ends_in=-17, by=JANA, events=(Opened(When(30, 8, 0), SABINE), Opened(When(24, 8, 9), SABINE),
                                        Paid(When(24, 12, 0)))),
    Paper("thode-ueberfaellig", INVOICE, "K-1043", When(30), "Reparatur der Backstubenheizung", "Neuer Weg 12",
          _RADIATOR, ends_in=-16, by=MURAT, events=(Opened(When(28, 5, 30), HINNERK),)),
    Paper("nordlicht-notdienst", INVOICE, "K-1058", When(36), "Notdienst am Samstag", "Schulterblatt 101", _EMERGENCY,
          ends_in=-22, by=TOM, events=(
              Opened(When(35, 23, 10), LENA),
              Asked(When(34, 10, 0), LENA, "Der Einsatz war am Freitag, nicht am Samstag. Stimmt der Zuschlag?"),
              Answered(When(33, 9, 0), TOM, "Es war nach 18 Uhr, dafür gilt derselbe Satz. Ich rufe Sie heute an."))),
    Paper("paulsen-teil", INVOICE, "K-1075", When(26), "Heizungspumpen Kontorhaus", "Große Elbstraße 212", _PUMP,
          ends_in=4, by=MURAT, events=(Opened(When(25, 9, 0), "d.ferreira@paulsen.example.com"),
                                       Paid(When(6, 12, 0), 2000_00))),
    Paper("paulsen-teil-alt", INVOICE, "K-1075", When(45), "Spülen der Heizkreise", "Große Elbstraße 212", _FLUSH,
          ends_in=-31, by=MURAT, events=(Paid(When(33, 12, 0), 400_00),)),
    Paper("voss-check-rechnung", INVOICE, "K-1069", When(12), "E-Check der Werkstatt", "Industriestraße 30", _CHECK,
          ends_in=2, by=MURAT, events=(Opened(When(11, 16, 40), "buero@tischlerei-voss.example.com"),)),
    Paper("kita-heizkoerper", INVOICE, "K-1051", When(3), "Heizkörper im Bewegungsraum", "Am Deich 21", _RADIATOR,
          ends_in=14, by=TOM, events=(Opened(When(2, 13, 20), FRAUKE),)),
    Paper("kita-xml", INVOICE, "K-1051", When(19), "E-Check der Küche", "Am Deich 21", _CHECK, ends_in=-5, by=TOM,
          only_xml=True, events=(Opened(When(18, 12, 10), FRAUKE), Paid(When(8, 12, 0)))),
    Paper("paulsen-xml", INVOICE, "K-1075", When(8), "Notdienst Maschinenraum", "Große Elbstraße 212", _EMERGENCY,
          ends_in=6, by=MURAT, only_xml=True),
    Paper("tus-licht", INVOICE, "K-1090", When(10), "Flurbeleuchtung Vereinsheim", "Sportplatzring 2", _LIGHTS,
          ends_in=4, by=TOM, events=(Opened(When(9, 19, 0), "vorstand@tus-altona-nord.example.org"),)),
    Paper("moeller-doppelt", INVOICE, "K-1101", When(21), "Wartung der Heizung", "Pickhuben 4", _MAINTENANCE,
          ends_in=-7, by=TOM, events=(Cancelled(When(20, 10, 30)),)),
    Paper("jansen-boiler-alt", INVOICE, "K-1088", When(55), "Durchlauferhitzer Lager", "Am Fischmarkt 9", _BOILER,
          ends_in=-41, by=TOM, events=(Opened(When(54, 4, 30), "knut@jansen.example.com"), Paid(When(50, 12, 0)))),
    Paper("entwurf-rechnung", INVOICE, "K-1083", When(0), "Reparatur Schaufensterlicht", "Osterstraße 44", _THERMOSTATS,
          ends_in=14, by=TOM, draft=True),
)  # fmt: skip

_CREDIT_NOTES = (
    Paper("moeller-gutschrift", CREDIT_NOTE, "K-1101", When(20, 10, 45), "Gutschrift zur doppelten Wartungsrechnung",
          "Pickhuben 4", _MAINTENANCE, by=TOM, corrects="moeller-doppelt"),
    Paper("lindner-gutschrift", CREDIT_NOTE, "K-1042", When(23), "Gutschrift für einen Thermostat", "Lindenstraße 4",
          (Item("Thermostatventil, defekt geliefert", "1", PIECE, 54_00),), by=JANA, corrects="lindner-thermostate",
          events=(Opened(When(22, 8, 5), SABINE),)),
)  # fmt: skip

_REPORTS = (
    Paper(
        "lindner-bericht", SERVICE_REPORT, "K-1042", When(8), "Wartungsbericht Am Deich 21", "Am Deich 21",
        _MAINTENANCE, by=TOM, findings=(
            ("Anlage", "Gas-Brennwertgerät, Baujahr 2014, 24 kW"), ("Monteur", "Tom Wessels"),
            ("Abgasverlust", "1,8 %"), ("CO im Abgas", "34 ppm"), ("Anlagendruck", "1,6 bar"),
        ),
        closing="Die Anlage ist in Ordnung. Das Ausdehnungsgefäß sollte bei der nächsten Wartung getauscht werden.",
    ),
    Paper(
        "probe-bericht", SERVICE_REPORT, TEST_CLIENT, When(6), "Wartungsbericht Büro", "Fährstieg 14", _MAINTENANCE,
        by=TOM, findings=(("Anlage", "Gas-Brennwertgerät, Baujahr 2019, 18 kW"), ("Monteur", "Tom Wessels"),
                          ("Abgasverlust", "2,1 %"), ("CO im Abgas", "28 ppm")),
        closing="Die Anlage ist in Ordnung.",
    ),
)  # fmt: skip


def _everyday() -> Iterator[Paper]:
    """What a firm does all year: work, the report about it, the invoice, the money. All of it is done."""
    jobs = (
        ("K-1058", 96, "Wartung der Gastherme", "Schulterblatt 101", _MAINTENANCE, TOM),
        ("K-1051", 120, "Heizkörper in der Garderobe", "Am Deich 21", _RADIATOR, TOM),
        ("K-1069", 140, "Störung der Hallenheizung", "Industriestraße 30", _EMERGENCY, MURAT),
        ("K-1088", 180, "Wartung der Heizung", "Am Fischmarkt 9", _MAINTENANCE, TOM),
        ("K-1101", 90, "Durchlauferhitzer im Pausenraum", "Pickhuben 4", _BOILER, TOM),
        ("K-1083", 105, "E-Check der Buchhandlung", "Osterstraße 44", _CHECK, TOM),
        ("K-1095", 48, "Heizkörper im Kinderzimmer", "Hellbrookkamp 15", _RADIATOR, JANA),
        ("K-1097", 40, "E-Check der Praxis", "Lange Reihe 23", _CHECK, TOM),
        ("K-1075", 210, "Wartung der Heizung im Kontorhaus", "Große Elbstraße 212", _MAINTENANCE, MURAT),
    )
    for number, (client, days, title, place, items, by) in enumerate(jobs):
        report = (("Monteur", "Tom Wessels" if number % 2 else "Murat Aydın"), ("Dauer", "2 Stunden"))
        yield Paper(
            f"bericht-{number}", SERVICE_REPORT, client, When(days), title, place, items, by=by, findings=report,
            closing="Die Arbeiten sind abgeschlossen, die Anlage läuft.",
        )  # fmt: skip
        yield Paper(
            f"rechnung-{number}", INVOICE, client, When(days - 3), title, place, items, ends_in=17 - days, by=by,
            events=(Paid(When(days - 9 - number % 5, 12, 0)),),
        )  # fmt: skip


PAPERS = (*_OFFERS, *_INVOICES, *_CREDIT_NOTES, *_REPORTS, *_everyday())
