"""Bank accounts: IBAN (ISO 13616) and BIC (ISO 9362)."""

import re

# The length of an IBAN by country, from the SWIFT registry.
_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
    "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21,
    "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28,
    "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22,
    "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25,
    "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip


def parse(text: str) -> str:
    """The IBAN in capitals without blanks; ValueError when its length or its check digits are wrong."""
    iban = re.sub(r"[\s\u200b-\u200f\ufeff.\-]", "", text).upper().removeprefix("IBAN").removeprefix(":")
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+", iban) or len(iban) != _LENGTHS.get(iban[:2]):
        raise ValueError("not an IBAN")
    if _remainder(iban) != 1 or not 2 <= int(iban[2:4]) <= 98:
        raise ValueError("check digits of the IBAN")
    return iban


def grouped(iban: str) -> str:
    """In groups of four, as people read it to each other."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def bic(text: str) -> str:
    """The BIC in capitals without blanks, 8 or 11 characters; ValueError otherwise."""
    code = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", code):
        raise ValueError("not a BIC")
    return code


def _remainder(iban: str) -> int:
    """ISO 7064 mod 97-10: country and check digits to the end, letters as 10 to 35."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97
