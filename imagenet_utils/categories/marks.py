"""What people and spreadsheets write for yes, for no, and for a number."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

# language: (yes, no), with the truth values of its spreadsheets; case and accents don't matter
MARK_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "signs": (
        ("x", "1", "1.0", "1,0", "✓", "✔", "✅", "☑", "√", "+"),
        ("0", "0.0", "0,0", "-", "–", "✗", "✘", "❌", "☐"),
    ),
    "English": (("true", "yes", "y", "t", "on"), ("false", "no", "n", "f", "off")),
    "Bulgarian": (("да", "вярно"), ("не", "невярно")),
    "Catalan": (("sí", "cert", "veritat"), ("no", "fals")),
    "Croatian": (("da", "točno", "istina"), ("ne", "netočno", "neistina")),
    "Czech": (("ano", "pravda"), ("ne", "nepravda")),
    "Danish": (("ja", "sand"), ("nej", "falsk")),
    "Dutch": (("ja", "waar"), ("nee", "onwaar")),
    "Estonian": (("jah", "tõene"), ("ei", "väär")),
    "Finnish": (("kyllä", "tosi"), ("ei", "epätosi")),
    "French": (("oui", "vrai"), ("non", "faux")),
    "German": (("ja", "j", "wahr"), ("nein", "falsch")),
    "Greek": (("ναι", "αληθές", "αληθής"), ("όχι", "ψευδές", "ψευδής")),
    "Hungarian": (("igen", "igaz"), ("nem", "hamis")),
    "Italian": (("sì", "vero"), ("no", "falso")),
    "Latvian": (("jā", "patiess"), ("nē", "aplams")),
    "Lithuanian": (("taip", "tiesa"), ("ne", "netiesa")),
    "Norwegian": (("ja", "sann"), ("nei", "usann")),
    "Polish": (("tak", "prawda"), ("nie", "fałsz", "falsz")),
    "Portuguese": (("sim", "verdadeiro"), ("não", "falso")),
    "Romanian": (("da", "adevărat"), ("nu", "fals")),
    "Russian": (("да", "истина"), ("нет", "ложь")),
    "Serbian": (("да", "тачно"), ("не", "нетачно")),
    "Slovak": (("áno", "pravda"), ("nie", "nepravda")),
    "Slovenian": (("da", "drži"), ("ne", "ne drži")),
    "Spanish": (("sí", "verdadero"), ("no", "falso")),
    "Swedish": (("ja", "sant"), ("nej", "falskt")),
    "Turkish": (("evet", "doğru"), ("hayır", "hayir", "yanlış", "yanlıs", "yanlis")),
    "Ukrainian": (("так", "істина"), ("ні", "хибність")),
}

ALL = -1  # where a number is asked for
MAX_DIGITS = 9  # a how_many beyond that is a slip: the whole list has 14 million rows
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+([.,]0*)?")
SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?e[+-]?[0-9]{1,3}", re.I)
GROUPED = re.compile(r"[0-9]{1,3}([ \u00a0\u202f'’][0-9]{3})+")  # "1 000", as France writes it
AMBIGUOUS = re.compile(r"[+-]?[0-9]+[.,][0-9]{3}")  # a thousand here, one there


@lru_cache(maxsize=256)  # a table says the same few words 21,844 times
def read_mark(cell: str) -> bool | None:
    """True for yes, False for no or nothing, None for what is neither.

    >>> read_mark("WAHR"), read_mark(" Não "), read_mark(""), read_mark("perhaps")
    (True, False, False, None)
    """
    word = _plain(cell)
    if word in _YES:
        return True
    return False if word in _NO else None


def read_how_many(cell: str, *, decimal_comma: bool) -> int | None:
    """A number from 1, or None for all: -1, or a blank cell.

    `decimal_comma`: whether "100,0" can be a number, because the comma separates no columns.
    Raises ValueError, with what is wrong as its text.

    >>> read_how_many("1e2", decimal_comma=False)
    100
    """
    text = cell.strip()
    if not text:
        return None
    if AMBIGUOUS.fullmatch(text):
        raise ValueError("is ambiguous: the mark may part thousands or decimals")
    number = _whole_number(text, decimal_comma)
    if number is None:
        raise ValueError("is no whole number")
    if number == ALL:
        return None
    if number < 1:
        raise ValueError("is less than 1")
    return number


def _whole_number(text: str, decimal_comma: bool) -> int | None:
    """None for what is no whole number, or one beyond any list."""
    if GROUPED.fullmatch(text):
        return int("".join(re.findall("[0-9]", text)))
    if "," in text and not decimal_comma:
        return None
    if not (WHOLE_NUMBER.fullmatch(text) or SCIENTIFIC.fullmatch(text)):
        return None
    number = Decimal(text.replace(",", "."))
    if number.adjusted() >= MAX_DIGITS or number != number.to_integral_value():
        return None
    return int(number)


def _plain(cell: str) -> str:
    """Without case, accents, quotation marks, and characters that nobody sees."""
    letters = unicodedata.normalize("NFKD", cell.casefold())
    seen = "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Cf"))
    return seen.strip(" \t\r\n\"'").casefold()


_YES = frozenset(_plain(word) for yes, _ in MARK_WORDS.values() for word in yes)
_NO = frozenset(_plain(word) for _, no in MARK_WORDS.values() for word in no) | {""}
