"""The masked extract of the ANS (2021 layout): trap 22 of the formats."""

from pathlib import Path

import pytest

from cpts_data.received import head_of
from cpts_data.sources import rpps

FILE = (
    Path(__file__).resolve().parents[3]
    / "shared/real/ans/PS_LibreAcces_Personne_activite_small_MASKED.txt"
)
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.exists(), reason="the masked ANS extract is not at hand"),
]


def test_22_rows_whose_columns_are_not_shifted():
    assert rpps.recognises(head_of(FILE))
    table = rpps.read(FILE)
    assert len(table) == 22
    assert table["personne"].nunique() == 22
    assert int(table["code"].isna().sum()) == 15
    assert int(table["finess_site"].isna().sum()) == 15
    nowhere = table[["code", "code_postal", "finess_site"]].isna().all(axis=1)
    assert int(nowhere.sum()) == 9
    assert "15 lignes sans code de commune" in " ".join(table.attrs["remarques"]).replace(
        "\u00a0", " "
    )


def test_the_ergotherapist_of_bugey_and_the_gynaecologist():
    table = rpps.read(FILE)
    row = table[table["finess_site"] == "010000032"].iloc[0]
    assert (row["code"], row["profession"], row["mode"]) == ("01034", "ergotherapeute", "salarie")
    doctor = table[table["profession"] == "medecin"]
    assert doctor["specialite"].tolist() == ["SM20"]
    assert doctor["specialite_libelle"].tolist() == ["Gynécologie-obstétrique"]
    assert set(table["profession"]) == {
        "medecin",
        "audioprothesiste",
        "opticien_lunetier",
        "assistant_dentaire",
        "osteopathe",
        "psychotherapeute",
        "technicien_de_laboratoire_medical",
        "orthoptiste",
        "psychologue",
        "ergotherapeute",
        "dieteticien",
        "psychomotricien",
        "manipulateur_erm",
    }


def test_the_pruned_copy_tells_the_same_and_names_nobody(tmp_path):
    pruned = tmp_path / "x.csv"
    rpps.prune(FILE, pruned)
    text = pruned.read_text(encoding="utf-8")
    assert "NOM1" not in text
    assert "90000000" not in text
    assert "CH BUGEY SUD" not in text
    assert "OPTIC" not in text
    assert rpps.read(pruned).equals(rpps.read(FILE))
