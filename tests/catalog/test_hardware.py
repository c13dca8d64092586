"""Facts about accelerators that other tables got wrong, and relations that must hold."""

import pytest

from farthing.catalog.find import accelerator
from farthing.catalog.load import catalog
from farthing.catalog.speed import h100_equivalents, half_precision_flop_per_s, speed_vs_a100


@pytest.mark.parametrize(
    ("name", "number_format", "tera"),
    [
        ("h100-sxm", "bf16", 989.4),  # NVIDIA prints 1,979 with sparsity
        ("h100-pcie", "bf16", 756.5),
        ("a10g", "bf16", 70),  # 125 is the A10's and 140 is sparse
        ("l40s", "fp8", 733),
        ("rtx-3090", "bf16", 71),  # 142 accumulates in FP16
        ("rtx-5090", "bf16", 209.5),
        ("b200", "fp4", 9000),
        ("gb200", "fp8", 5000),
        ("b300", "bf16", 2250),
        ("mi355x", "fp8", 5033.2),
        ("gaudi-3", "fp8", 1835),  # as fast as BF16
        ("tpu-v7", "bf16", 2307),
        ("v100-sxm-32gb", "fp16", 125),
    ],
)
def test_rates_are_dense(name: str, number_format: str, tera: float) -> None:
    assert accelerator(name).peak_flop_per_s[number_format] == pytest.approx(tera * 1e12)


@pytest.mark.parametrize(
    ("name", "tera"),
    [("mi300x", 5.3), ("tpu-v7", 7.37), ("gh200", 4.0), ("h200", 4.8), ("a100-sxm-40gb", 1.555)],
)
def test_memory_bandwidths(name: str, tera: float) -> None:
    assert accelerator(name).hbm_byte_per_s == pytest.approx(tera * 1e12)


def test_the_generations_that_people_use_are_here() -> None:
    wanted = """
        v100-sxm-16gb v100-sxm-32gb v100-pcie-32gb t4 p100-pcie a100-sxm-40gb a100-sxm-80gb
        a100-pcie-80gb a800-sxm-80gb a10 a10g a30 a40 l4 l40 l40s rtx-3090 rtx-4090 rtx-5090
        rtx-a5000 rtx-a6000 rtx-6000-ada rtx-pro-6000 h100-sxm h100-pcie h100-nvl h100-96gb h800
        h20-96gb h20-141gb h200 h200-nvl gh200 gh200-144gb b200 gb200 b300 gb300 rubin mi250 mi250x
        mi300a mi300x mi325x mi350x mi355x gaudi-2 gaudi-3 tpu-v2 tpu-v3 tpu-v4 tpu-v5e tpu-v5p
        tpu-v6e tpu-v7 trainium-1 trainium-2 trainium-3 inferentia-2 ascend-910 ascend-910b
        ascend-910c arc-pro-b60
    """
    assert set(wanted.split()) <= set(catalog().accelerators)


def test_speed_is_derived_and_says_1_for_the_reference() -> None:
    assert speed_vs_a100(accelerator("a100-sxm-80gb")) == 1
    assert h100_equivalents(accelerator("h100-sxm")) == 1
    assert h100_equivalents(accelerator("gb200")) == pytest.approx(2.53, abs=0.01)
    assert speed_vs_a100(accelerator("h100-sxm")) == pytest.approx(3.17, abs=0.01)


def test_speed_uses_what_the_part_trains_in() -> None:
    assert half_precision_flop_per_s(accelerator("t4")) == 65e12
    assert half_precision_flop_per_s(accelerator("k80")) == 4.37e12
    nothing = type("Part", (), {"peak_flop_per_s": {"int8": 1e12}})
    assert half_precision_flop_per_s(nothing) is None
    assert speed_vs_a100(nothing) == h100_equivalents(nothing) == 0


def test_instances_and_nodes_agree_with_their_accelerators() -> None:
    facts = catalog()
    for node in facts.nodes.values():
        part = facts.accelerators[node.accelerator]
        assert node.link_byte_per_s == part.link_byte_per_s, node.name
        assert node.power_watt >= node.count * part.power_watt * 0.85, node.name
    for name, instance in facts.instances.items():
        assert 0.1e9 <= instance.network_byte_per_s / instance.count <= 200e9, name


def test_a_remembered_fact_is_marked_d() -> None:
    for name, part in catalog().accelerators.items():
        if part.sources == ("vendor-data-sheets",):
            assert part.confidence == "D", name
        for field, basis in part.fields.items():
            if "from memory" in basis.note and not basis.source:
                assert part.basis(field).confidence in "BCD", f"{name}.{field}"
