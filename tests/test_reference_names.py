"""Names of communes as people write them: each case is a fact of the COG or of a real list."""

import pandas as pd
import pytest

from cpts_data import reference

MARSEILLE_14 = [
    "Marseille 14",
    "Marseille 14e",
    "Marseille 14ème",
    "Marseille 14 ème",
    "Marseille XIV",
    "MARSEILLE XIVe ARR.",
    "Marseille - 14ème",
    "Marseille (14e)",
    "Marseille 14e Arrondissement",
    "Marseille 14e arrondissement (13)",
    "14e arrondissement de Marseille",
    "14e arrondissement",
    "13014 Marseille",
    "Marseille 13014",
]


@pytest.mark.parametrize("text", MARSEILLE_14)
def test_arrondissements_in_every_spelling(text):
    assert reference.resolve_commune(text, "13") == "13214"


@pytest.mark.parametrize(
    ("text", "departement", "code"),
    [
        ("Marseille", "13", "13055"),
        ("Marseille (13)", "13", "13055"),
        ("Marseille 13", "13", "13213"),
        ("MARSEILLE CEDEX 20", "13", "13055"),
        ("Marseille 1er", "13", "13201"),
        ("Marseille 2ème", "13", "13202"),
        ("Marseille 01", "13", "13201"),
        ("Paris 1er", "75", "75101"),
        ("75116 Paris", "75", "75116"),
        ("Paris Ve", "75", "75105"),
        ("Lyon 3ème arrondissement", "69", "69383"),
        ("Lyon IX", "69D", "69389"),
    ],
)
def test_cities_and_their_parts(text, departement, code):
    assert reference.resolve_commune(text, departement) == code


@pytest.mark.parametrize(
    ("text", "departement"), [("Lyon 10", "69"), ("Marseille 17", "13"), ("Paris 21", "75")]
)
def test_an_arrondissement_that_does_not_exist(text, departement):
    with pytest.raises(reference.UnknownCommuneError, match="numérotés"):
        reference.resolve_commune(text, departement)
    with pytest.raises(reference.UnknownCommuneError):
        reference.resolve_commune("Marseille 1 2", "13")


@pytest.mark.parametrize(
    ("text", "departement", "code", "rule"),
    [
        ("Digne-les-Bains", "04", "04070", "exact"),
        ("saint etienne les orgues", "04", "04178", "accents_et_casse"),
        ("Berre-l'Etang", "13", "13014", "accents_et_casse"),
        ("Villeneuve d’Ascq", "59", "59009", "accents_et_casse"),
        ("Oeuilly", "02", "02565", "accents_et_casse"),
        ("Lépine", "05", "05048", "accents_et_casse"),
        ("St-Denis", "974", "97411", "abreviation"),
        ("Ste Foy lès Lyon", "69", "69202", "abreviation"),
        ("Chalon s/ Saône", "71", "71076", "abreviation"),
        ("N.D. de Bellecombe", "73", "73186", "abreviation"),
        ("Castellet", "83", "83035", "article"),
        ("Castellet (Le)", "83", "83035", "article"),
        ("LAUZET UBAYE LE", "04", "04102", "article"),
        ("Aiglun (04)", "04", "04001", "suffixe_departement"),
        ("Aiglun (Alpes-de-Haute-Provence)", "04", "04001", "suffixe_departement"),
        ("Aiglun - 04", "04", "04001", "suffixe_departement"),
        ("04000 Digne-les-Bains", "04", "04070", "mention_postale"),
        ("DIGNE-LES-BAINS CEDEX", "04", "04070", "mention_postale"),
        ("Abriès", "05", "05001", "commune_deleguee"),
        ("Abriès (Abriès-Ristolas)", "05", "05001", "commune_deleguee"),
        ("Freigné", "44", "44180", "commune_deleguee"),
        ("Freigné", "49", "44180", "ancien_nom"),  # its département until 2018
        ("Castellet", "84", "84033", "ancien_nom"),
        ("Céreste (04)", "04", "04045", "ancien_nom"),
        ("Montmorin", "05", "05024", "ancien_nom"),
        ("Les Trois Lacs", "27", "27676", "exact"),
        ("Bernwiller", "68", "68006", "exact"),  # the commune, not its déléguée of that name
        ("Les Hauts-Talican", "60", "60694", "exact"),
        ("Sainte-Croix-├á-Lauze", "04", "04175", "encodage_repare"),
        ("Sainte-Croix-Ã -Lauze", "04", "04175", "encodage_repare"),
        ("Sainte-Croix-Ó-Lauze", "04", "04175", "encodage_repare"),  # Latin-1 read as cp850
        ("Sainte-Croix-?-Lauze", "04", "04175", "encodage_repare"),
    ],
)
def test_rule_of_each_match(text, departement, code, rule):
    found = reference.resolve_communes(pd.Series([text]), pd.Series([departement])).iloc[0]
    assert (found["code"], found["rule"]) == (code, rule)
    assert (found["message"] == "") == (rule == "exact")


@pytest.mark.parametrize(
    "departement", ["4", "04", 4, 4.0, "4.0", "004", "Alpes de Haute Provence"]
)
def test_departements_as_they_come(departement):
    assert reference.resolve_commune("Aiglun", departement) == "04001"


@pytest.mark.parametrize("departement", ["2a", "2A", "20", "Corse-du-Sud"])
def test_corsica(departement):
    assert reference.resolve_commune("AJACCIO", departement) == "2A004"


def test_finess_letters_are_departements():
    assert reference.resolve_commune("Saint-Denis", "9D") == "97411"


def test_the_name_may_say_the_departement_that_the_row_lacks():
    assert reference.resolve_commune("Aiglun (04)", None) == "04001"
    with pytest.raises(reference.UnknownCommuneError, match=r"Aiglun \(04001\), Aiglun \(06001\)"):
        reference.resolve_commune("Aiglun", "")


def test_a_contradicting_suffix_is_an_error():
    with pytest.raises(reference.UnknownCommuneError, match=r"Vaucluse \(84\)"):
        reference.resolve_commune("Mirabeau (84)", "04")
    with pytest.raises(reference.UnknownCommuneError, match="indique"):
        reference.resolve_commune("Marseille (04)", "13")


def test_an_ambiguous_name_lists_its_candidates():
    # Saline (2017-2019) was undone; Verdey was shared between three neighbours in 1966
    with pytest.raises(reference.AmbiguousCommuneError) as error:
        reference.resolve_commune("Saline", "14")
    assert error.value.candidates == ("14666", "14712")
    assert "Sannerville (14666), Troarn (14712)" in str(error.value)
    with pytest.raises(reference.AmbiguousCommuneError, match=r"Lachy \(51313\)"):
        reference.resolve_commune("Verdey", "51")


def test_a_former_name_that_an_article_parts_from_a_present_one_is_ambiguous():
    # Chaume (21) merged into Chaume-et-Courchamp; La Chaume (21) exists
    with pytest.raises(reference.AmbiguousCommuneError) as error:
        reference.resolve_commune("Chaume", "21")
    assert set(error.value.candidates) == {"21158", "21159"}


def test_a_near_miss_is_proposed_and_never_taken():
    with pytest.raises(reference.UnknownCommuneError, match=r"Aiglun \(04001\)") as error:
        reference.resolve_commune("Aigun", "04")
    assert error.value.candidates[0] == "04001"
    assert isinstance(error.value, reference.ReferenceLookupError)
    assert isinstance(error.value, ValueError)


def test_a_name_of_another_departement_says_where_it_exists():
    with pytest.raises(reference.UnknownCommuneError, match=r"autre département.*\(13055\)"):
        reference.resolve_commune("Marseille", "84")


def test_many_names_at_once_keep_the_index_and_never_raise():
    names = pd.Series(["Aiglun", None, "Nulle-Part", "Saline", "Aiglun"], index=list("abcde"))
    departements = pd.Series(["04", "04", "04", "14", "99"], index=list("abcde"))
    found = reference.resolve_communes(names, departements)
    assert list(found.index) == list("abcde")
    assert list(found.columns) == ["code", "rule", "candidates", "message"]
    assert found["code"].isna().tolist() == [False, True, True, True, True]
    assert found["rule"].tolist() == [
        "exact",
        "introuvable",
        "introuvable",
        "ambigu",
        "departement_inconnu",
    ]
    assert set(found["rule"]) <= set(reference.RULES)
    assert found.loc["b":, "message"].str.len().min() > 10
    assert found.loc["d", "candidates"] == ("14666", "14712")


def test_departements_are_aligned_on_the_index_of_the_names():
    names = pd.Series(["Aiglun", "Aiglun"], index=[0, 1])
    departements = pd.Series(["06", "04"], index=[1, 0])
    assert reference.resolve_communes(names, departements)["code"].tolist() == ["04001", "06001"]


def test_an_index_with_repeated_labels_is_kept():
    names = pd.Series(["Aiglun", "Abriès"], index=[7, 7])
    found = reference.resolve_communes(names, pd.Series(["04", "05"], index=[7, 7]))
    assert found["code"].tolist() == ["04001", "05001"]
    assert found.index.tolist() == [7, 7]


def test_no_name_gives_an_empty_table():
    found = reference.resolve_communes(pd.Series([], dtype="str"), pd.Series([], dtype="str"))
    assert found.empty
    assert list(found.columns) == ["code", "rule", "candidates", "message"]


def test_no_spelling_of_one_commune_leads_to_another():
    """An article taken away may leave a doubt; it must not lead elsewhere without one."""
    table = reference.communes()
    bare = table["name"].str.replace(r"^(?:L[ea]s? |L')", "", regex=True)
    moved = bare[bare != table["name"]]
    found = reference.resolve_communes(moved, table["departement"][moved.index])
    wrong = found[found["code"].notna() & (found["code"] != found.index)]
    # « Vergne » is Vergné without its accent before it is La Vergne without its article
    assert wrong.index.tolist() == ["17465"]
    assert (found["code"] == found.index).mean() > 0.99


def test_present_names_win_over_former_ones_everywhere():
    former = reference.former_communes().dropna(subset=["present_code"])
    present = reference.communes().reset_index()
    both = former.merge(present, on=["name", "departement"], suffixes=("_former", ""))
    found = reference.resolve_communes(both["name"], both["departement"])
    assert len(both) > 50
    assert (found["code"] == both["code"]).all()
