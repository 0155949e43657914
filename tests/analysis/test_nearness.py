"""Minutes to the nearest service: three communes by hand, measured and estimated."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cpts_data.analysis.travel_ground import unit_travel, with_both_ways
from cpts_data.diagnostic import Diagnostic
from cpts_data.indicators.nearness import NEARNESS
from cpts_data.measures import Ground, ShareOver, WeightedMean
from cpts_data.space.receiving import add_files
from cpts_data.territories import Level, Territories
from tests.grounds import column, units_of
from tests.sources.made_files import text
from tests.sources.test_temps_de_trajet import write

GP_MINUTES, BEYOND_20, BEYOND_30 = (
    "minutes_mg",
    "part_population_mg_plus_de_20_min",
    "part_population_mg_plus_de_30_min",
)
# a: Ajaccio, where the GP is; b: Bonifacio; c: Afa.
A, B, C = "2A004", "2A041", "2A001"
PEOPLE = {A: 1000, B: 2000, C: 1000}
METRIC = "COM1,COM2,KM,HC,HP"


def communes(path: Path, places: dict[str, float]) -> Path:
    """Squares of a hundredth of a degree on the parallel 42."""

    features = []
    for code, west in places.items():
        ring = [[west, 42], [west + 0.01, 42], [west + 0.01, 42.01], [west, 42.01], [west, 42]]
        properties = {"code": code, "nom": code, "codeDepartement": "2A", "codeRegion": "94"}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def space(folder: Path, *matrix: str) -> Diagnostic:
    """Three communes, one GP in the first, one CPTS; a matrix when one is given."""
    folder.mkdir()
    files = [
        communes(folder / "communes.geojson", {A: 8.7, B: 8.8, C: 9.9}),
        text(
            folder / "populations.csv",
            "REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT",
            *(f"94;C;2A;1;01;{c[2:]};{c};X;{n};0;{n}" for c, n in PEOPLE.items()),
        ),
        text(
            folder / "bpe.csv",
            "REG;DEP;DEPCOM;DCIRIS;AN;TYPEQU;NB_EQUIP",
            f"94;2A;{A};{A}0101;2021;D201;3",
            f"94;2A;{A};{A}0101;2021;D301;0",
        ),
        text(
            folder / "cpts.csv",
            "cpts_id;code_commune;libelle;departement;part",
            *(f"une;{code};;;" for code in PEOPLE),
        ),
    ]
    if matrix:
        files.append(write(folder / "matrice.csv", "\n".join([METRIC, *matrix])))
    receipts = add_files(folder / "espace", files, vintage="2021")
    assert not [fault for receipt in receipts for fault in receipt.faults]
    return Diagnostic.open(folder / "espace")


def told(diagnostic: Diagnostic, level: str = "cpts") -> pd.DataFrame:
    rows = diagnostic.values([GP_MINUTES, BEYOND_20, BEYOND_30], level)
    rows = rows[rows["territory"].isin(["une", "2A"])]
    return rows.set_index("indicator")


def test_three_communes_by_hand(tmp_path):
    """a has the GP, b is at 25 minutes (told one way only), c is beyond reach: counted at 60."""
    rows = told(
        space(tmp_path / "mesure", f"{A},{B},20,25,27", f"{A},2A004,0,0,0", f"{B},2A247,70,70,70")
    )
    # (0 x 1,000 + 25 x 2,000 + 60 x 1,000) / 4,000
    assert rows.loc[GP_MINUTES, "value"] == pytest.approx(27.5)
    assert rows.loc[BEYOND_20, "value"] == pytest.approx(75)
    assert rows.loc[BEYOND_30, "value"] == pytest.approx(25)
    assert set(rows["status"]) == {"observe"}
    assert set(rows["sources"].str.contains("temps_de_trajet")) == {True}


def test_a_matrix_that_stops_early_says_nothing_beyond(tmp_path):
    """40 minutes at most: nobody knows how far c is, and a quarter of the people is too much."""
    rows = told(space(tmp_path / "court", f"{A},{B},20,25,27", f"{B},2A247,39,40,41"))
    assert set(rows["status"]) == {"manquant"}


def test_without_a_matrix_times_are_an_estimate_everywhere(tmp_path):
    """b stands 8.3 km east of a, on the same land; c, at 99 km, is beyond an hour."""
    diagnostic = space(tmp_path / "estime")
    assert set(told(diagnostic)["status"]) == {"estime"}
    own = diagnostic.values([GP_MINUTES], Level.COMMUNE).set_index("territory")["value"]
    # Unknown density: 45 km/h, detour 1.3, 2 minutes fixed; a tenth of a degree at 42.005 N.
    kilometres = 0.1 * 111.32 * 0.7431
    assert own[A] == 0
    assert own[B] == pytest.approx(kilometres * 1.3 * 60 / 45 + 2, rel=0.005)
    assert own[C] == 60
    assert "temps_de_trajet" not in told(diagnostic).loc[GP_MINUTES, "sources"]


@pytest.mark.parametrize(("modelled", "status"), [(True, "estime"), (False, "observe")])
def test_a_sum_of_estimated_times_stays_an_estimate_at_any_level(modelled, status):
    """Unlike the shares of a commune that was cut, whose sum is exact in its département."""
    units = units_of(["01001", "01002"])
    pairs = pd.DataFrame({"territory": ["01", "01"], "unit": ["01001", "01002"]})
    made = Territories.from_pairs(Level.DEPARTEMENT, pd.Series({"01": "Ain"}), pairs, units)
    people = np.array([100.0, 100.0])
    columns = {
        "m": replace(column([10.0, 30.0], estimated=(0, 1)), modelled=modelled),
        "p": column(list(people)),
    }
    for measure, value in ((WeightedMean("m", "p"), 20.0), (ShareOver("m", 20, "p"), 50.0)):
        row = measure.compute(columns, Ground(made, people)).loc["01"]
        assert (row["value"], row["status"]) == (value, status)


def test_every_indicator_of_nearness_says_that_it_may_be_an_estimate():
    assert len(NEARNESS) == 12
    for indicator in NEARNESS:
        assert "estimation" in indicator.caveat
        assert "60 minutes" in indicator.caveat


def test_half_a_matrix_is_told_both_ways():
    half = pd.DataFrame({"origine": ["a", "a"], "destination": ["b", "a"], "minutes": [7.0, 0.0]})
    both = with_both_ways(half)
    pairs = zip(both["origine"], both["destination"], both["minutes"], strict=True)
    assert sorted(pairs) == [("a", "a", 0.0), ("a", "b", 7.0), ("b", "a", 7.0)]


def test_a_matrix_of_two_directions_is_left_as_it_is():
    table = pd.DataFrame(
        {"origine": list("aba"), "destination": list("bac"), "minutes": [7.0, 9.0, 3.0]}
    )
    pd.testing.assert_frame_equal(with_both_ways(table), table)


def test_a_city_gives_its_times_to_its_arrondissements(tmp_path):
    """The matrix knows Marseille whole: its parts are together, and as far from Aix as it is."""
    folder = tmp_path / "ville"
    folder.mkdir()
    matrix = write(folder / "m.csv", f"{METRIC}\n13001,13055,30,25,40\n13001,13002,1,5,5\n")
    add_files(folder / "espace", [matrix])
    diagnostic = Diagnostic.open(folder / "espace")
    units = pd.Index(["13001", "13002", "13201", "13202"], dtype="string")
    cities = {"13055": ["13201", "13202"]}
    times = unit_travel(diagnostic.space, units, cities, 60)
    minutes = times.matrix.toarray()
    assert minutes[0].tolist() == [0, 5, 25, 25]
    assert minutes[2].tolist() == [25, 0, 0, 0]
    assert times.count == 12  # 13002 and Marseille: no pair
    peak = unit_travel(diagnostic.space, units, cities, 60, peak=True)
    assert peak.matrix.toarray()[0].tolist() == [0, 5, 40, 40]
