"""Real CPTS of PACA rebuilt in the composer: same communes, same figures as the imported ones.

Figures are worked out twice: from the communes alone (the composed territory is not told that it
is a CPTS), and as pages show them.
"""

import numpy as np
import pytest

from cpts_data.analysis.composed import Composition, decode
from cpts_data.analysis.composed_ground import ComposedRegister
from cpts_data.analysis.figures import Figures
from cpts_data.composition.land import Land
from cpts_data.composition.lists import read_list
from cpts_data.composition.naming import Namer
from cpts_data.composition.searching import Finder
from cpts_data.composition.summary import summary
from cpts_data.composition.surroundings import uncovered_around
from cpts_data.indicators import INDICATORS
from cpts_data.territories import Level

# Marseille by arrondissements; 57 communes of two départements; Nice, shared by three CPTS.
REBUILT = ("PACA-CPTS-002", "PACA-CPTS-006", "PACA-CPTS-060")
NUMBERS = ("value", "lower", "upper", "numerator", "denominator", "coverage")


@pytest.fixture(scope="module")
def land(paca):
    return Land(paca.register)


@pytest.fixture(scope="module")
def namer(land):
    return Namer(land)


def imported(paca, cpts):
    units = paca.territories(Level.CPTS).units_of(cpts)
    return {str(code): float(part) for code, part in units.items()}


def assert_same_figures(paca, composition, cpts):
    register = ComposedRegister.over(paca.register, [composition])
    from_communes = Figures(paca.facts, register, base=paca.figures)
    shown = paca.with_compositions([composition])
    known = 0
    for indicator in INDICATORS.values():
        theirs = paca.values([indicator.id], Level.CPTS, [cpts]).iloc[0]
        for mine in (
            from_communes.table(indicator, Level.COMPOSED, None).iloc[0],
            shown.values([indicator.id], Level.COMPOSED).iloc[0],
        ):
            assert mine["status"] == theirs["status"], indicator.id
            assert mine["period"] == theirs["period"], indicator.id
            assert mine["sources"] == theirs["sources"], indicator.id
            for name in NUMBERS:
                np.testing.assert_allclose(
                    float(mine[name]), float(theirs[name]), rtol=1e-12, err_msg=indicator.id
                )
        known += bool(theirs["value"] == theirs["value"])
    assert known >= 5


@pytest.mark.parametrize("cpts", REBUILT)
def test_rebuilt_by_a_pasted_list_of_names(paca, land, namer, cpts):
    wanted = imported(paca, cpts)
    names = "\n".join(land.names[code] for code in wanted)
    found = read_list(names, namer, paca.field_departements())
    assert not found.unknown
    # A homonym of the région is asked, with the one of the list's own département proposed.
    chosen = {code: one.part for one in found.doubtful for code in one.likely}
    asked = {code for one in found.doubtful for code in one.candidates}
    assert set(wanted) - set(found.kept) <= asked
    composition = Composition.of("Collée", {**found.kept, **chosen}.items(), land.year)
    assert composition.weights == wanted
    assert_same_figures(paca, composition, cpts)


@pytest.mark.parametrize("cpts", REBUILT)
def test_rebuilt_by_a_list_of_codes_and_by_labels(paca, land, namer, cpts):
    wanted = imported(paca, cpts)
    assert read_list("\n".join(wanted), namer, ()).kept == wanted
    assert read_list("\n".join(land.label(code) for code in wanted), namer, ()).kept == wanted


@pytest.mark.parametrize("cpts", REBUILT)
def test_rebuilt_commune_by_commune_through_searches_and_links(paca, land, cpts):
    """Each commune is searched by its name, added to what the link of the last step says."""
    wanted = imported(paca, cpts)
    finder = Finder(land, Namer(land))
    link = Composition.of("Pas à pas", [], land.year).encode()
    for code in wanted:
        assert code in finder.search(land.names[code], 20)
        held = decode(link).weights | {code: 1.0}
        link = Composition.of("Pas à pas", held.items(), land.year).encode()
    composition = decode(link)
    assert composition.weights == wanted
    assert_same_figures(paca, composition, cpts)


def test_every_cpts_of_the_region_is_told_alike(paca, land):
    """Population, classes, départements and overlaps of the 70, from the list and loops alone."""
    cpts = paca.territories(Level.CPTS)
    people = paca.unit_population()
    for identifier in cpts.table.index:
        wanted = imported(paca, identifier)
        composition = Composition.of("Copie", wanted.items(), land.year)
        told = summary(land, paca.with_compositions([composition]).figures, composition)
        assert told.people == pytest.approx(sum(people[code] for code in wanted))
        assert {code for code, _ in told.departements} == set(
            cpts.table.loc[identifier, "departements"]
        )
        met = {one.cpts: one for one in told.shared}
        assert met[identifier].whole
        assert set(met[identifier].codes) == set(wanted)
        others = {
            str(other)
            for other in cpts.table.index
            if set(cpts.units_of(str(other)).index) & set(wanted)
        }
        assert set(met) == others


def test_the_uncovered_communes_of_the_region_are_found_from_all_sides(paca, land):
    """45 communes and Marseille 1er are in no CPTS: each is beside some CPTS, or beside another."""
    assert land.uncovered == {str(code) for code in paca.uncovered()}
    assert len(land.uncovered) == 46
    found = set()
    for identifier in paca.territories(Level.CPTS).table.index:
        found |= set(uncovered_around(land, imported(paca, identifier)))
    assert found == land.uncovered


def test_a_link_of_57_communes_is_short(paca, land):
    wanted = imported(paca, "PACA-CPTS-006")
    assert len(wanted) == 57
    assert len(Composition.of("CPTS Buëch-Dévoluy", wanted.items(), land.year).encode()) < 110
