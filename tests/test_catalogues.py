"""The two catalogues are sound: every column named is promised, ids and labels are clean."""

import re
from pathlib import Path

import pytest

from cpts_data import sources
from cpts_data.contracts import COMMUNE_PATTERN, promised_columns
from cpts_data.indicators import INDICATORS, Nature, Polarity
from cpts_data.measures import Ratio, parse

MISSIONS = ("acces", "parcours", "prevention", "crise", "qualite", "accompagnement")
ROOT = Path(__file__).resolve().parents[1]
SOURCES = [module.SOURCE for module in sources.MODULES.values()]


def test_the_list_of_sources_is_the_folder():
    files = {path.stem for path in (ROOT / "cpts_data" / "sources").glob("*.py")} - {"__init__"}
    assert files == set(sources.MODULES)


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.id)
def test_a_source_is_told_in_full(source):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", source.id)
    assert source.title
    assert source.publisher
    assert source.licence
    names = [column.name for column in source.columns]
    assert len(names) == len(set(names))
    assert set(source.key) <= set(names)
    assert set(source.replaced_by) <= set(names)
    for column in source.columns:
        assert column.description
        assert column.combine in ("somme", "moyenne", "identique", "jamais")
        assert (column.combine == "moyenne") == (column.weight is not None)
        assert column.weight is None or column.weight in names


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=lambda i: i.id)
def test_an_indicator_is_sound(indicator):
    promised = promised_columns(SOURCES)
    for name in map(parse, indicator.columns):
        assert name.promised in promised
        assert {column for column, _ in name.where} <= set(
            sources.MODULES[name.source].SOURCE.strata_columns
        )
    assert re.fullmatch(r"[a-z][a-z0-9_]*", indicator.id)
    assert indicator.label
    assert indicator.short_label
    assert len(indicator.short_label) <= 45
    assert indicator.unit
    assert indicator.definition.endswith(".")
    assert indicator.why.endswith(".")
    assert indicator.digits in range(4)
    assert indicator.sentence_subject.startswith(("la ", "le ", "l'", "les "))
    assert (indicator.target is None) == (indicator.target_source == "")
    assert indicator.mission in (None, *MISSIONS)
    assert not (indicator.nature is Nature.NEED and indicator.polarity is not Polarity.NO_JUDGEMENT)


def test_ids_and_labels_are_unique():
    assert all(name == indicator.id for name, indicator in INDICATORS.items())
    for field in ("label", "short_label"):
        values = [getattr(indicator, field) for indicator in INDICATORS.values()]
        assert len(values) == len(set(values))


def test_commune_pattern():
    for code in ("01004", "2A004", "97411", "00001", "96180"):
        assert re.match(COMMUNE_PATTERN, code)
    for code in ("1004", "2C004", "01004.0", "0100A", "2a004"):
        assert not re.match(COMMUNE_PATTERN, code)


def test_links_between_counts_lead_to_ratios_of_the_catalogue():
    for one in INDICATORS.values():
        for other in filter(None, (one.complement, one.base_of)):
            main = INDICATORS[other]
            assert isinstance(main.measure, Ratio)
            # Two figures of one denominator, or a figure that counts it: it is then a secret too.
            assert main.base_of_patients
            assert other != one.id
        if one.complement:
            assert one.base_of_patients
