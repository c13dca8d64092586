"""Currencies by their ISO 4217 codes: symbol, name and how many decimals their cents have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency; `symbol` is how amounts of it are shown, `decimals` how many places they have."""

    code: str
    symbol: str
    name: str
    decimals: int = 2


CURRENCIES: Final[Mapping[str, Currency]] = {
    currency.code: currency
    for currency in (
        Currency("USD", "$", "US dollar"),
        Currency("EUR", "€", "euro"),
        Currency("GBP", "£", "pound sterling"),
        Currency("AED", "AED ", "UAE dirham"),
        Currency("AUD", "A$", "Australian dollar"),
        Currency("BRL", "R$", "Brazilian real"),
        Currency("CAD", "C$", "Canadian dollar"),
        Currency("CHF", "CHF ", "Swiss franc"),
        Currency("CLP", "CLP ", "Chilean peso", 0),
        Currency("CNY", "CN¥", "Chinese yuan"),
        Currency("CZK", "CZK ", "Czech koruna"),
        Currency("DKK", "DKK ", "Danish krone"),
        Currency("HKD", "HK$", "Hong Kong dollar"),
        Currency("HUF", "HUF ", "Hungarian forint"),
        Currency("IDR", "IDR ", "Indonesian rupiah"),
        Currency("ILS", "₪", "Israeli new shekel"),
        Currency("INR", "₹", "Indian rupee"),
        Currency("ISK", "ISK ", "Icelandic króna", 0),
        Currency("JPY", "¥", "Japanese yen", 0),
        Currency("KRW", "₩", "South Korean won", 0),
        Currency("MXN", "MX$", "Mexican peso"),
        Currency("MYR", "MYR ", "Malaysian ringgit"),
        Currency("NOK", "NOK ", "Norwegian krone"),
        Currency("NZD", "NZ$", "New Zealand dollar"),
        Currency("PHP", "₱", "Philippine peso"),
        Currency("PLN", "PLN ", "Polish złoty"),
        Currency("RON", "RON ", "Romanian leu"),
        Currency("SAR", "SAR ", "Saudi riyal"),
        Currency("SEK", "SEK ", "Swedish krona"),
        Currency("SGD", "S$", "Singapore dollar"),
        Currency("THB", "฿", "Thai baht"),
        Currency("TRY", "₺", "Turkish lira"),
        Currency("TWD", "NT$", "New Taiwan dollar"),
        Currency("ZAR", "ZAR ", "South African rand"),
    )
}

SYMBOLS: Final[Mapping[str, str]] = {
    "US$": "USD",
    **{currency.symbol: code for code, currency in CURRENCIES.items() if not currency.symbol.isascii()},
    **{currency.symbol: code for code, currency in CURRENCIES.items() if "$" in currency.symbol},
}
"""Symbols as people write them. `$` alone is the US dollar and `¥` alone the yen; others say which."""
