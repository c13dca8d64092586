"""Retrieval beside a model: documents embedded and stored, longer prompts, what changes embedded anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from farthing.estimate import compare_api, compare_hosted
from farthing.estimate.compare_own import assume_as, question_of, text_chain, worked_out
from farthing.estimate.compare_terms import Option, Part, Terms
from farthing.estimate.compare_text import Wanted
from farthing.estimate.gather import Inputs
from farthing.estimate.graph import Chain
from farthing.estimate.question import Question
from farthing.estimate.token_rates import Asked, Offer, market
from farthing.estimate.token_subject import how, moment
from farthing.formulas import compare
from farthing.pricing.book import Book
from farthing.pricing.price import price_one
from farthing.pricing.table import Line as Bought
from farthing.units.problem import InputError, Problem, did_you_mean, quoted
from farthing.units.types import Real

INDEX: Final[Chain] = (
    compare.index_usd,
    compare.vector_count,
    compare.vector_store_byte,
    compare.vector_write_usd,
    compare.storage_usd_per_month,
    compare.reindexing_usd_per_month,
    compare.retrieval_usd,
)
_EMBEDDING: Final = "text-embedding-3-small"
_STORE: Final = "pinecone/serverless-standard"
_GB: Final = 1e9
_LEAST_READ_GB: Final = 0.25  # of a namespace, for one query
_AROUND: Final = (
    *("other_once_usd", "other_usd_per_month", "build_h", "integration_h", "care_h_per_month"),
    *("spared_h_per_month", "saved_usd_per_month"),
)
_KB: Final = 1e3
"""A serverless store bills a write unit for each kilobyte written, a read unit for each gigabyte searched."""


def option(question: Question, book: Book, wanted: Wanted) -> Option:
    """A model that is given what was found in documents, before each answer."""
    asked = _with_chunks(question_of(question, wanted))
    hosted = wanted.hosted
    model = compare_hosted.option(asked, wanted) if hosted else compare_api.option(asked, book, wanted)
    if model.unpriced:
        return model
    search = _search(compare_api.reasoned(asked, wanted), book, wanted)
    return replace(model, parts=(*model.parts, search), join=_together)


def _with_chunks(question: Question) -> Question:
    if "demand_tokens_per_day" in question.numbers:
        raise InputError([_by_demand()])
    copy = Inputs(question)
    assume_as(copy, "chunk_count_of_retrieval", "chunk_count")
    assume_as(copy, "chunk_tokens", "chunk_tokens")
    chunks = {name: copy[name].value for name in ("chunk_count", "chunk_tokens")}
    return replace(question, numbers={**question.numbers, **chunks})


def _search(question: Question, book: Book, wanted: Wanted) -> Part:
    inputs = compare_api.text_inputs(question, wanted.what)
    _gather_prices(inputs, book, wanted)
    for name in ("corpus_tokens", "changed_share_per_month", "vector_dimension"):
        assume_as(inputs, name, name)
    inputs.leave_out(_AROUND)  # it stands in the model's part
    run = worked_out(inputs, (*text_chain(question), *INDEX), ("retrieval_usd",))
    return Part(
        run, lambda known: Terms(known["retrieval_usd"], known["upkeep_usd_per_month"], known["once_usd"])
    )


def _gather_prices(inputs: Inputs, book: Book, wanted: Wanted) -> None:
    question = inputs.question
    embedding = wanted.words.get("embedding", _EMBEDDING)
    rate = _asked(question, book, embedding, "input")
    inputs.look_up("embedding_usd_per_m_tokens", float(rate.usd * 1_000_000), rate.row.sources,
                   rate.row.confidence, embedding)  # fmt: skip
    store = wanted.words.get("store", _STORE)
    rates = {meter: _unit(question, book, store, meter) for meter in ("storage", "read_unit", "write_unit")}
    for name, meter, size in (
        ("storage_usd_per_byte_per_month", "storage", _GB),
        ("read_usd_per_byte", "read_unit", _GB),
        ("write_usd_per_byte", "write_unit", _KB),
    ):
        inputs.derive(name, float(rates[meter]) / size, f"{store}, from the price book")
    inputs.derive("least_read_byte", _LEAST_READ_GB * _GB, f"{store}: the least that one query is billed for")


def _asked(question: Question, book: Book, model: str, meter: str) -> Asked:
    offer = Offer(Bought(book.find(model), how(question)[0], "", model), *moment(question))
    found = market([offer]).asked(0, meter, 0.0) if offer.sku else None
    if found is None:
        raise InputError([_unknown(book, model, "embedding=")])
    return found


def _unit(question: Question, book: Book, store: str, meter: str) -> Fraction:
    line = Bought(book.find(store), "standard", "", store)
    found = price_one(line, moment(question)[0], {meter: 1})
    if line.sku is None or not found.complete:
        raise InputError([_unknown(book, store, "store=")])
    return found.usd()


def _together(each: Sequence[Terms], _: Mapping[str, Real]) -> Terms:
    model, search = each
    return Terms(
        model.request_usd + search.request_usd,
        model.upkeep_usd_per_month + search.upkeep_usd_per_month,
        model.once_usd + search.once_usd,
        model.fleets,
    )


def _unknown(book: Book, model: str, where: str) -> Problem:
    fix = did_you_mean(model, book.spellings()) or "see farthing catalog prices"
    return Problem(
        "unpriced", "error", where, f"{quoted(model)} has no price", "retrieval costs something", fix
    )


def _by_demand() -> Problem:
    what, why = "rag: needs to know how long a request is", "retrieved text comes on top of each one"
    return Problem("missing-input", "error", "--demand", what, why, "give --input, --output and --requests")
