"""What invented names are made of: surnames as often as people bear them, trades, streets, towns."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    """One name a word; `_` stands for a blank inside."""
    return tuple(word.replace("_", " ") for word in text.split())


# the commonest first; how often each is drawn falls with its place
SURNAMES = _words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier "
    "Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller "
    "Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke "
    "Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß "
    "Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann "
    "Thomas Voigt Sauer Arnold Wolff Pfeiffer Yılmaz Kaya Nguyễn Kowalski Nowak Øster Çelik Demir Petrović Rossi"
)
_WOMEN = _words(
    "Anna Maria Sabine Petra Andrea Monika Claudia Susanne Julia Katharina Stefanie Nicole Birgit Karin Heike "
    "Martina Lena Laura Lea Sophie Emma Hanna Ayşe Elif Olga Agnieszka Ingrid Frauke Antje Wiebke Gönül Zoë"
)
_MEN = _words(
    "Thomas Michael Andreas Peter Stefan Christian Klaus Frank Martin Wolfgang Jürgen Markus Daniel Jan Tim "
    "Lukas Leon Felix Jonas Paul Mehmet Mustafa Piotr Uwe Jens Sven Hinnerk Jörg Günter Søren Björn"
)
_OTHERS = _words("Kim Alex Robin Sascha Toni Luca Deniz")
FIRST_NAMES: tuple[tuple[str | None, str], ...] = (
    *(("ms", name) for name in _WOMEN),
    *(("mr", name) for name in _MEN),
    *((None, name) for name in _OTHERS),
)
# rare surnames: one out of each column
BEGINNINGS = _words(
    "Quitt Xaver Ypsi Zwieb Federk Glocken Hasel Krummh Mondsch Nebel Ostern Pflaumen Rauch Silber Tannz"
)
MIDDLES = _words("en er el am ing um os ach")
ENDS = _words("baum holz stein bach horn feld kamp rode winkel mann dorf see wiese graben topf")
TRADES = _words(
    "Bäckerei Tischlerei Autohaus Praxis Hausverwaltung Elektro Gasthaus Café Buchhandlung Malerbetrieb Metallbau "
    "Gärtnerei Apotheke Steuerkanzlei Architekturbüro Druckerei Spedition Hotel Zahnarztpraxis Physiotherapie "
    "Kindertagesstätte Weingut Schreinerei Dachdeckerei Optik Fahrradhaus Blumen Fleischerei Reinigung Sanitär"
)
FORMS = ("GmbH", "GmbH", "GmbH", "GmbH", "GmbH & Co. KG", "GmbH & Co. KG", "KG", "AG", "e. K.", "OHG", "UG", "e. V.")
STREETS = _words(
    "Hauptstraße Schulstraße Gartenstraße Bahnhofstraße Dorfstraße Bergstraße Birkenweg Lindenstraße Kirchstraße "
    "Waldstraße Ringstraße Schillerstraße Goethestraße Amselweg Mühlenweg Wiesenweg Rosenweg Marktplatz Feldstraße "
    "Industriestraße Am_Anger Im_Winkel Kastanienallee Blumenstraße Jahnstraße Friedhofstraße Ahornweg Buchenweg"
)
TOWNS = (
    ("Berlin", 10115), ("Hamburg", 20095), ("München", 80331), ("Köln", 50667), ("Frankfurt am Main", 60311),
    ("Stuttgart", 70173), ("Düsseldorf", 40210), ("Leipzig", 4103), ("Dortmund", 44135), ("Essen", 45127),
    ("Bremen", 28195), ("Dresden", 1067), ("Hannover", 30159), ("Nürnberg", 90402), ("Duisburg", 47051),
    ("Bochum", 44787), ("Wuppertal", 42103), ("Bielefeld", 33602), ("Bonn", 53111), ("Münster", 48143),
    ("Karlsruhe", 76131), ("Mannheim", 68159), ("Augsburg", 86150), ("Wiesbaden", 65183), ("Kiel", 24103),
    ("Lübeck", 23552), ("Rostock", 18055), ("Freiburg", 79098), ("Göttingen", 37073), ("Würzburg", 97070),
    ("Husum", 25813), ("Weiden", 92637), ("Zittau", 2763), ("Emden", 26721), ("Passau", 94032),
)  # fmt: skip
ROLES = ("", "", "Geschäftsführung", "Buchhaltung", "Technik", "Büro", "Einkauf", "Inhaberin", "Inhaber")
# what offers and invoices are about, with its net amount in cents
WORKS = (
    ("Wartung der Heizung", 384_00), ("Neue Heizungspumpe", 3686_00), ("Heizkörper tauschen", 708_00),
    ("E-Check", 396_00), ("LED-Beleuchtung", 1400_00), ("Wallbox im Hof", 2318_00), ("Thermostate", 262_50),
    ("Durchlauferhitzer", 588_00), ("Wärmepumpe", 14740_00), ("Zählerschrank", 1912_40),
    ("Bad modernisieren", 8920_00), ("Heizkreise spülen", 840_00), ("Rauchmelder", 212_80),
    ("Photovoltaik prüfen", 486_00), ("Klimagerät", 2140_00), ("Leitungen erneuern", 3315_75), ("Notdienst", 290_00),
    ("Solarspeicher", 6480_00), ("Hausanschluss", 1725_00), ("Lüftung reinigen", 318_00),
)  # fmt: skip
