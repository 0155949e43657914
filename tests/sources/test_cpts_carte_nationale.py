"""National map of the CPTS: unknown field names, stages by whole words, unknown projections."""

import json

import pytest

from cpts_data.contracts import ContractError
from cpts_data.layouts import layers
from cpts_data.sources import contours_communes, cpts_liste, cpts_perimetres, qpv
from cpts_data.sources import cpts_carte_nationale as source
from tests.sources.made_files import layer, recognised, remarks, square

ALL = (source, qpv, contours_communes, cpts_liste, cpts_perimetres)


def features(name, stage, *rows, **more):
    """Features whose fields bear the given names, far from each other."""
    return [
        ({name: f"CPTS {title}", stage: state} | more, square(2.0 + number, 47.0))
        for number, (title, state) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("nom_cpts", "statut"),
        ("NOM_CPTS", "ETAT"),
        ("nm_cpts", "avancement"),
        ("libelle", "stade"),
        ("lib_cpts", "etat_avancement"),
        ("raison_sociale", "statut_cpts"),
        ("Nom de la CPTS", "Étape"),
    ],
)
def test_fields_are_told_by_their_words(tmp_path, name, stage):
    rows = features(name, stage, ("du Gapençais", "Signataire"), code_dep="5")
    path = layer(tmp_path / "cpts.geojson", *rows)
    assert recognised(path, *ALL) == ["cpts_carte_nationale"]
    row = source.read(path).iloc[0]
    assert row[["cpts_id", "nom", "statut", "departement"]].to_list() == [
        "cpts-gapencais-05",
        "CPTS du Gapençais",
        "aci_signe",
        "05",
    ]


@pytest.mark.parametrize(
    ("written", "stage"),
    [
        ("Signataire", "aci_signe"),
        ("CPTS signataire de l'ACI", "aci_signe"),
        ("Validé", "projet_sante"),
        ("Projet de santé validé", "projet_sante"),
        ("Rédaction", "lettre_intention"),
        ("En cours de rédaction", "lettre_intention"),
        ("Lettre d'intention validée", "lettre_intention"),
        ("Initiative", "emergence"),
        ("Projet à l'initiative des professionnels", "emergence"),
        ("", "sans_statut"),
        ("ACI non signé", None),
        ("En attente de validation", None),
        ("Inactive", None),
    ],
)
def test_stages_are_matched_on_whole_words(written, stage):
    assert source.stage_from_words(written) == stage


def test_a_stage_not_understood_is_without_stage_and_told(tmp_path):
    rows = features("nom_cpts", "statut", ("A", "Inactive"), ("B", "Validé"), ("C", "Inactive"))
    table = source.read(layer(tmp_path / "cpts.geojson", *rows))
    assert table["statut"].to_list() == ["sans_statut", "projet_sante", "sans_statut"]
    assert "« Inactive » (2)" in remarks(table)


def test_an_identifier_of_the_layer_is_kept(tmp_path):
    rows = features("nom_cpts", "statut", ("A", "Validé"), id_cpts="CPTS0042")
    assert source.read(layer(tmp_path / "c.geojson", *rows))["cpts_id"].to_list() == ["CPTS0042"]


def test_features_of_one_cpts_are_joined_the_most_advanced_stage_wins(tmp_path):
    def one(stage, west):
        return {"nom_cpts": "CPTS A", "statut": stage, "dep": "37"}, square(west, 47.0)

    path = layer(
        tmp_path / "c.geojson",
        one("Initiative", 0.0),
        one("Signataire", 0.5),
        one("Signataire", 0.6),
    )
    table = source.read(path)
    assert table["statut"].to_list() == ["aci_signe"]
    assert table.geometry.iloc[0].area == pytest.approx(2 * 0.01**2)
    assert "CPTS A" in remarks(table)


def test_far_homonyms_without_departement_are_two(tmp_path):
    def one(west):
        return {"nom_cpts": "CPTS du Centre", "statut": "Validé"}, square(west, 47.0)

    table = source.read(layer(tmp_path / "c.geojson", one(0.0), one(5.0)))
    assert table["cpts_id"].to_list() == ["cpts-centre", "cpts-centre-2"]
    assert "2 CPTS nommées" in remarks(table)


def test_a_cpts_without_a_name_is_a_fault(tmp_path):
    path = layer(tmp_path / "c.geojson", ({"nom_cpts": " ", "statut": "Validé"}, square(0.0, 47.0)))
    with pytest.raises(ContractError, match="le nom de la CPTS"):
        source.read(path)


def test_pruned_layer_names_nobody_and_reads_the_same(tmp_path):
    person = {"president": "Jean Martin", "mail_contact": "j.m@exemple.fr", "nom_coord": "Dupont"}
    rows = features("nom_cpts", "statut", ("A", "Validé"), code_dep="37", **person)
    path = layer(tmp_path / "c.geojson", *rows, crs=4326)
    target = tmp_path / "pruned.geojson"
    source.prune(path, target)
    kept = target.read_text(encoding="utf-8")
    assert "Martin" not in kept
    assert "exemple.fr" not in kept
    assert "Dupont" not in kept
    assert set(json.loads(kept)["features"][0]["properties"]) == {"nom_cpts", "statut", "code_dep"}
    assert recognised(target, *ALL) == ["cpts_carte_nationale"]
    assert source.read(target).equals(source.read(path))


# Projections.

PARIS = (2.3, 48.8)
METRES = {2154: (648_000, 6_856_000), 3857: (256_000, 6_240_000)}


@pytest.mark.parametrize("crs", [2154, 3857])
def test_the_crs_member_is_believed(tmp_path, crs):
    rows = [({"nom_cpts": "CPTS A", "statut": ""}, square(*METRES[crs], side=1000))]
    west, south, _, _ = source.read(layer(tmp_path / "c.geojson", *rows, crs=crs)).total_bounds
    assert (west, south) == pytest.approx(PARIS, abs=0.05)


def test_without_crs_member_the_magnitude_decides(tmp_path):
    paris = ({"nom_cpts": "CPTS A", "statut": ""}, square(*METRES[3857], side=1000))
    pau = ({"nom_cpts": "CPTS B", "statut": ""}, square(-41_000, 5_360_000, side=1000))
    west, south, east, north = source.read(layer(tmp_path / "c.geojson", paris, pau)).total_bounds
    assert (east, north) == pytest.approx(PARIS, abs=0.05)
    assert (west, south) == pytest.approx((-0.37, 43.3), abs=0.05)


@pytest.mark.parametrize(
    ("bounds", "crs"),
    [
        ((-5.0, 41.0, 9.6, 51.1), 4326),
        ((99_000, 6_046_000, 1_242_000, 7_110_000), 2154),
        ((-572_000, 5_061_000, 1_064_000, 6_637_000), 3857),
        ((-6_880_000, -2_438_000, 6_215_000, 6_637_000), 3857),
        ((200_000, 6_300_000, 500_000, 6_600_000), None),
        ((1e9, 1e9, 2e9, 2e9), None),
    ],
)
def test_projections_by_the_size_of_coordinates(bounds, crs):
    assert layers.projection_of(bounds) == crs


def test_an_ambiguous_projection_is_refused_in_words(tmp_path):
    rows = [({"nom_cpts": "CPTS A", "statut": ""}, square(300_000, 6_400_000, side=9000))]
    with pytest.raises(ContractError, match="EPSG:4326"):
        source.read(layer(tmp_path / "c.geojson", *rows))
