"""Ways to do one workload side by side: what each costs at any volume, and where the cheaper one changes.

What an option costs in a month is a straight line in requests, steps where accelerators are added whole,
and what is paid whatever is asked of it.
"""

import numpy as np

from farthing.units.types import Real

_SECONDS_PER_DAY = 86_400
_HOURS_PER_MONTH = 730
_HOURS_PER_DAY = 24
_MONTHS_PER_YEAR = 12
_M_TOKENS = 1_000_000


def request_tokens(own_input_tokens: Real, answer_tokens: Real) -> Real:
    """Tokens of one request of the workload, by which all options are measured. Source: farthing-units.

    >>> request_tokens(1000, 300)
    1300
    """
    return own_input_tokens + answer_tokens


def workload_tokens_per_day(request_tokens: Real, request_count_per_day: Real) -> Real:
    """Tokens of a day of the workload. Source: farthing-units.

    >>> workload_tokens_per_day(1300, 10)
    13000
    """
    return request_tokens * request_count_per_day


def replica_request_count_per_day(
    replica_output_tokens_per_s: Real,
    call_output_tokens: Real,
    call_count: Real,
    retry_share: Real,
) -> Real:
    """Requests that one replica can answer in a day without a pause.

    tokens/s · 86,400 / (tokens of a call · calls · (1 + retries)). Source: farthing-units.

    >>> round(replica_request_count_per_day(1000, 500, 1, 0.0))
    172800
    """
    answered = replica_output_tokens_per_s * _SECONDS_PER_DAY
    return answered / (np.maximum(call_output_tokens, 1.0) * call_count * (1 + retry_share))


def busy_replica_count(
    request_count_per_day: Real,
    peak_to_mean_ratio: Real,
    headroom_share: Real,
    replica_request_count_per_day: Real,
) -> Real:
    """Replicas that the busiest hour keeps at work: whole ones. Source: farthing-units.

    ⌈requests · peak over mean · (1 + headroom) / requests of a replica⌉

    >>> float(busy_replica_count(100_000, 2.0, 0.2, 172_800)), float(busy_replica_count(1, 2.0, 0.2, 172_800))
    (2.0, 1.0)
    """
    asked = request_count_per_day * peak_to_mean_ratio * (1 + headroom_share)
    return np.ceil(asked / replica_request_count_per_day)


def paid_replica_count(busy_replica_count: Real, least_count: Real, redundant_count: Real) -> Real:
    """Replicas that are paid for: the busy ones, at least so many, and spares that stand by.

    Source: farthing-units.

    >>> float(paid_replica_count(2, 1, 1))
    3.0
    """
    return np.maximum(busy_replica_count, least_count) + redundant_count


def replica_usd_per_month(replica_gpu_count: Real, rent_usd_per_gpu_hour: Real) -> Real:
    """What one replica costs for a month of 730 hours, idle or not. Source: farthing-units.

    >>> replica_usd_per_month(1, 2.25)
    1642.5
    """
    return replica_gpu_count * rent_usd_per_gpu_hour * _HOURS_PER_MONTH


def hosting_usd(paid_replica_count: Real, replica_usd_per_month: Real) -> Real:
    """What the replicas cost in a month: idle hours are paid for. Source: farthing-units.

    >>> hosting_usd(3, 1642.5)
    4927.5
    """
    return paid_replica_count * replica_usd_per_month


def utilization_share(
    request_count_per_day: Real, replica_request_count_per_day: Real, paid_replica_count: Real
) -> Real:
    """Share of what the paid replicas could answer that is asked of them. Source: farthing-units.

    >>> utilization_share(86_400, 172_800, 2)
    0.25
    """
    return request_count_per_day / (replica_request_count_per_day * paid_replica_count)


def labor_usd_per_hour(loaded_usd_per_person_year: Real, worked_h_per_person_year: Real) -> Real:
    """What an hour of somebody's work costs who is employed all year. Source: farthing-units.

    >>> labor_usd_per_hour(180_000, 1_800)
    100.0
    """
    return loaded_usd_per_person_year / worked_h_per_person_year


def labor_once_usd(build_h: Real, integration_h: Real, task_count: Real, labor_usd_per_hour: Real) -> Real:
    """Work before the first request, in dollars, for one of several tasks that share one integration.

    (hours of the task's own + hours of the integration / tasks) · price of an hour. Source: seed-003.

    >>> labor_once_usd(10, 200, 20, 100.0), labor_once_usd(10, 200, 1, 100.0)
    (2000.0, 21000.0)
    """
    return (build_h + integration_h / task_count) * labor_usd_per_hour


def labor_usd_per_month(care_h_per_month: Real, spared_h_per_month: Real, labor_usd_per_hour: Real) -> Real:
    """Upkeep and on-call work in a month, less the hours that the option spares others; may be below zero.

    Source: seed-003.

    >>> labor_usd_per_month(2, 5, 100.0)
    -300.0
    """
    return (care_h_per_month - spared_h_per_month) * labor_usd_per_hour


def once_usd(
    tuning_usd: Real, data_usd: Real, index_usd: Real, other_once_usd: Real, labor_once_usd: Real
) -> Real:
    """Everything paid before the first request. Source: farthing-units.

    >>> once_usd(100, 4000, 0, 0, 0)
    4100
    """
    return tuning_usd + data_usd + index_usd + other_once_usd + labor_once_usd


def upkeep_usd_per_month(
    retuning_usd_per_month: Real,
    reindexing_usd_per_month: Real,
    storage_usd_per_month: Real,
    other_usd_per_month: Real,
    labor_usd_per_month: Real,
    saved_usd_per_month: Real,
) -> Real:
    """Everything paid in a month whatever is asked, replicas aside, less what is saved elsewhere.

    Source: farthing-units.

    >>> upkeep_usd_per_month(10, 2, 3, 5, 100, 20)
    100
    """
    paid = retuning_usd_per_month + reindexing_usd_per_month + storage_usd_per_month
    return paid + other_usd_per_month + labor_usd_per_month - saved_usd_per_month


def retuning_usd_per_month(tuning_usd: Real, retuning_count_per_year: Real) -> Real:
    """What keeping a tuned model up to date costs in a month: it is tuned again. Source: farthing-units.

    >>> retuning_usd_per_month(600, 4)
    200.0
    """
    return tuning_usd * retuning_count_per_year / _MONTHS_PER_YEAR


def index_usd(corpus_tokens: Real, embedding_usd_per_m_tokens: Real) -> Real:
    """What turning a corpus into vectors costs once. Source: farthing-units.

    >>> index_usd(50_000_000, 0.02)
    1.0
    """
    return corpus_tokens * embedding_usd_per_m_tokens / _M_TOKENS


def reindexing_usd_per_month(index_usd: Real, changed_share_per_month: Real, vector_write_usd: Real) -> Real:
    """What documents that changed cost in a month: embedded and written again. Source: farthing-units.

    >>> reindexing_usd_per_month(100, 0.25, 20)
    30.0
    """
    return (index_usd + vector_write_usd) * changed_share_per_month


def vector_count(corpus_tokens: Real, chunk_tokens: Real) -> Real:
    """Vectors of a corpus: one for each chunk. Source: farthing-units.

    >>> vector_count(1_000_000, 500)
    2000.0
    """
    return corpus_tokens / chunk_tokens


def vector_store_byte(vector_count: Real, vector_dimension: Real, chunk_tokens: Real) -> Real:
    """Size of a store: four bytes a number of each vector, and about four a token of the text beside it.

    Source: farthing-units.

    >>> vector_store_byte(2000, 1536, 500)
    16288000
    """
    return vector_count * (4 * vector_dimension + 4 * chunk_tokens)


def vector_write_usd(vector_store_byte: Real, write_usd_per_byte: Real) -> Real:
    """What writing the whole store costs. Source: farthing-units.

    >>> vector_write_usd(1_000_000_000, 4e-9)
    4.0
    """
    return vector_store_byte * write_usd_per_byte


def storage_usd_per_month(vector_store_byte: Real, storage_usd_per_byte_per_month: Real) -> Real:
    """What keeping the store costs in a month. Source: farthing-units.

    >>> storage_usd_per_month(10_000_000_000, 0.5e-9)
    5.0
    """
    return vector_store_byte * storage_usd_per_byte_per_month


def retrieval_usd(
    own_input_tokens: Real,
    embedding_usd_per_m_tokens: Real,
    vector_store_byte: Real,
    least_read_byte: Real,
    read_usd_per_byte: Real,
) -> Real:
    """What finding the chunks for one request costs: its question embedded, the store read.

    Source: farthing-units.

    >>> round(float(retrieval_usd(1000, 0.02, 10**9, 250_000_000, 16e-15)), 7)
    3.6e-05
    """
    asked = own_input_tokens * embedding_usd_per_m_tokens / _M_TOKENS
    return asked + np.maximum(vector_store_byte, least_read_byte) * read_usd_per_byte


def handling_h(
    call_input_tokens: Real,
    call_output_tokens: Real,
    word_ratio: Real,
    read_word_count_per_hour: Real,
    written_word_count_per_hour: Real,
) -> Real:
    """Hours that a person takes to read what is asked and to write what is answered.

    words read / speed + words written / speed. Source: brysbaert-2019-reading, dhakal-2018-typing.

    >>> round(handling_h(4000, 1000, 0.75, 14_280, 3_120), 2)
    0.45
    """
    read = call_input_tokens * word_ratio / read_word_count_per_hour
    written = call_output_tokens * word_ratio / written_word_count_per_hour
    return read + written


def person_request_usd(handling_h: Real, office_usd_per_hour: Real) -> Real:
    """What one request costs that a person does by hand. Source: farthing-units.

    >>> person_request_usd(0.1, 40)
    4.0
    """
    return handling_h * office_usd_per_hour


def cascade_request_usd(first_request_usd: Real, second_request_usd: Real, pass_share: Real) -> Real:
    """What a request costs that a small model answers first and a large one where that does not pass.

    first + (1 - pass) · second: who does not pass is paid for twice. Source: chen-2023-frugalgpt.

    >>> cascade_request_usd(1.0, 10.0, 0.5)
    6.0
    """
    return first_request_usd + (1 - pass_share) * second_request_usd


def option_usd(
    request_usd: Real, request_count_per_day: Real, hosting_usd: Real, upkeep_usd_per_month: Real
) -> Real:
    """What an option costs in a month of 730 hours, before what was paid once. Source: farthing-units.

    >>> option_usd(0.01, 2400, 1000, 50)
    1780.0
    """
    used = request_usd * request_count_per_day * _HOURS_PER_MONTH / _HOURS_PER_DAY
    return used + hosting_usd + upkeep_usd_per_month


def cost_usd(option_usd: Real, once_usd: Real, horizon_month: Real) -> Real:
    """The same with what was paid once spread evenly over the months it serves. Source: farthing-units.

    >>> cost_usd(1000, 2400, 24)
    1100.0
    """
    return option_usd + once_usd / horizon_month


def blended_usd_per_m_tokens(cost_usd: Real, request_count_per_day: Real, request_tokens: Real) -> Real:
    """What a million tokens of the workload cost, everything counted. Source: farthing-units.

    >>> round(blended_usd_per_m_tokens(730, 1000, 1000), 6)
    24.0
    """
    tokens = request_count_per_day * request_tokens * _HOURS_PER_MONTH / _HOURS_PER_DAY
    return cost_usd / tokens * _M_TOKENS


def payback_month(own_once_usd: Real, other_usd_per_month: Real, own_usd_per_month: Real) -> Real:
    """Months until what is saved has paid for what was spent first; infinite where nothing is saved.

    Source: farthing-units.

    >>> float(payback_month(4100, 2250, 1620)) < 7, float(payback_month(100, 1, 2))
    (True, inf)
    """
    saved = np.asarray(other_usd_per_month - own_usd_per_month, dtype=float)
    return np.divide(own_once_usd, saved, out=np.full(np.broadcast(own_once_usd, saved).shape, np.inf),
                     where=saved > 0)  # fmt: skip


def breakeven_usd_tokens_per_day(fixed_usd_per_month: Real, saved_usd_per_m_tokens: Real) -> Real:
    """Tokens a day at which a fixed monthly cost is made up for by what each token costs less elsewhere.

    fixed / (730 / 24) / price · 1,000,000. Source: farthing-units.

    >>> round(breakeven_usd_tokens_per_day(1620, 6.0))
    8876712
    """
    return fixed_usd_per_month * _HOURS_PER_DAY / _HOURS_PER_MONTH / saved_usd_per_m_tokens * _M_TOKENS


def reasoning_multiple(gain_share: Real, price_multiple: Real) -> Real:
    """The report's reasoning multiplier: percent of quality gained for each multiple of the price.

    100 · gain / price. Source: report-2026-02.

    >>> round(reasoning_multiple(0.293, 2.7), 1), round(reasoning_multiple(0.021, 13.3), 2)
    (10.9, 0.16)
    """
    return 100 * gain_share / price_multiple


def relative_gain_share(share: Real, other_share: Real) -> Real:
    """How much more often one answer is right than another, as a share of the other. Source: report-2026-02.

    >>> round(relative_gain_share(0.97, 0.75), 3)
    0.293
    """
    return share / other_share - 1


def breakeven_success_usd(extra_request_usd: Real, gained_share: Real) -> Real:
    """What a right answer must be worth for a dearer way to pay: its extra cost over what it gains.

    gained: right answers more, as a share of all requests. Source: farthing-units.

    >>> round(breakeven_success_usd(0.02, 0.05), 2)
    0.4
    """
    return extra_request_usd / gained_share
