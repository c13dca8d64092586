"""The price book: models by any of their names, and their rates at any moment."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from farthing.pricing import compiled, names
from farthing.pricing.clauses import matches, spelled
from farthing.pricing.rows import Overlay, Promise, Sku
from farthing.units.problem import Problem

_MOST_NAMES: Final = 100_000
_SEPARATORS: Final = ("/", ":")


@dataclass(frozen=True)
class Book:
    """Dated prices of many models at many providers, named by `hash`.

    `extra` are models that a contract or a second source adds or changes; they stand before the
    compiled ones. `overlays` say what was laid over it, `problems` what is odd about that.
    """

    base: compiled.Compiled
    hash: str
    extra: Mapping[tuple[str, str], Sku] = field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    problems: tuple[Problem, ...] = ()

    def find(self, model: str, provider: str = "") -> Sku | None:
        """The model of this name, None where there is none: no name is ever guessed at.

        Names may carry the provider ("openai/gpt-4o", "anthropic:claude-sonnet-4-5"). Without one,
        the model's own maker is asked, then whoever hosts it under exactly this name.
        """
        found = self._found
        place = (model, provider)
        if place not in found:
            if len(found) >= _MOST_NAMES:
                found.clear()  # logs may hold any number of names
            found[place] = next(iter(self.candidates(model, provider)), None)
        return found[place]

    def candidates(self, model: str, provider: str = "") -> tuple[Sku, ...]:
        """Every model of this name: the maker's first, then one for each host."""
        if provider:
            return tuple(self._at(names.provider_alias(provider), model.strip()))
        name = model.strip()
        for separator in _SEPARATORS:
            before, _, after = name.partition(separator)
            if after and (home := self.provider_id(names.provider_alias(before))):
                hits = tuple(self._within(home, after))
                if hits:
                    return hits
        makers = names.clouds_of(name) or self.makers(name)
        first = list(_unique(sku for home in makers for sku in self._within(home, name)))
        others = sorted((home for home in self.providers if home not in makers), key=self._resells)
        hosted = [sku for home in others for sku in self._exactly(home, name)]
        return tuple(_unique((*first, *hosted)))

    def makers(self, model: str) -> tuple[str, ...]:
        """Providers that call models of such names their own."""
        return tuple(head.id for head in self.base.heads.values() if _makes(head, model.strip()))

    def _resells(self, provider: str) -> bool:
        """Whether a provider sells models of others at their prices: it is asked after them."""
        head = self.base.heads.get(provider)
        return head is not None and bool(head.lends)

    @functools.cached_property
    def providers(self) -> tuple[str, ...]:
        """Ids of all providers."""
        return tuple(dict.fromkeys((*self.base.heads, *(home for home, _ in self.extra))))

    def skus(self, provider: str) -> Mapping[str, Sku]:
        """The models of one provider by their ids in lower case."""
        known = self._decoded
        if provider not in known:
            listed = self.base.skus(provider) if provider in self.base.heads else ()
            mine = {model: sku for (home, model), sku in self.extra.items() if home == provider}
            known[provider] = {**{sku.model.lower(): sku for sku in listed}, **mine}
        return known[provider]

    def spellings(self) -> Iterator[str]:
        """Every id of every model, for "did you mean"."""
        for provider in self.providers:
            yield from self.skus(provider)

    @functools.cached_property
    def _decoded(self) -> dict[str, Mapping[str, Sku]]:
        return {}

    @functools.cached_property
    def _found(self) -> dict[tuple[str, str], Sku | None]:
        return {}

    @functools.cached_property
    def _indexes(self) -> dict[str, dict[str, Sku]]:
        return {}

    def _at(self, provider: str, model: str) -> Iterator[Sku]:
        home = self.provider_id(provider)
        if home is None:
            return
        yield from self._within(home, model)
        head = self.base.heads.get(home)
        for lender in head.lends if head else ():
            yield from self._within(lender, model)

    def provider_id(self, provider: str) -> str | None:
        """The id of a provider by its id or the book's own clauses, None where nobody is meant."""
        if provider in self.base.heads or any(home == provider for home, _ in self.extra):
            return provider
        heads = self.base.heads.values()
        return next((head.id for head in heads if head.match and matches(head.match, provider)), None)

    def _within(self, provider: str, model: str) -> Iterator[Sku]:
        """The model of this name at a provider: its exact id, else by a clause, else in any spelling."""
        exact = tuple(self._exactly(provider, model))
        if exact:
            yield from exact
            return
        for sku in self.skus(provider).values():
            if sku.match is not None and matches(sku.match, model.lower()):
                yield sku
                return
        found = self._index(provider).get(names.key(model))
        if found is not None:
            yield found

    def _exactly(self, provider: str, model: str) -> Iterator[Sku]:
        lowered = model.lower()
        known = self.skus(provider)
        found = known.get(lowered) or next((sku for sku in known.values() if lowered in sku.names), None)
        if found is not None:
            yield found

    def _index(self, provider: str) -> dict[str, Sku]:
        """Models by their names without punctuation; a spelling that several share names none."""
        if provider not in self._indexes:
            skus = self.skus(provider).values()
            own = _by_spelling((sku, (sku.model, sku.name, *sku.names)) for sku in skus)
            listed = _by_spelling((sku, spelled(sku.match)) for sku in skus)
            found = {**listed, **own}
            self._indexes[provider] = {text: some[0] for text, some in found.items() if len(some) == 1}
        return self._indexes[provider]


@functools.cache
def book() -> Book:
    """The book of this installation, without contracts. Raises CatalogError for facts that are wrong."""
    base = compiled.load()
    return Book(base, base.hash)


def _makes(head: compiled.Head, model: str) -> bool:
    return head.model_match is not None and matches(head.model_match, model.lower())


def _unique(skus: Iterable[Sku]) -> Iterator[Sku]:
    seen: set[tuple[str, str]] = set()
    for sku in skus:
        if (place := (sku.provider, sku.model)) not in seen:
            seen.add(place)
            yield sku


def _by_spelling(named: Iterable[tuple[Sku, Iterable[str]]]) -> dict[str, list[Sku]]:
    found: dict[str, list[Sku]] = {}
    for sku, texts in named:
        for spelling in {names.key(text) for text in texts} - {""}:
            found.setdefault(spelling, []).append(sku)
    return found
