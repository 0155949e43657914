"""No name, telephone or e-mail of a person passes the door: neither in the space nor its cache."""

from cpts_data.sources import MODULES, rpps
from cpts_data.space import Space
from cpts_data.space.receiving import add_files

PERSONS = [
    ("810000000001", "QUILLEBOEUF-TEST", "Hermeline", "0611223344", "h.quilleboeuf@exemple.test"),
    ("810000000002", "VANDERSCHILT-TEST", "Odilon", "0655443322", "o.vanderschilt@exemple.test"),
]
HEADER = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|"
    "Prénom d'exercice|Code profession|Libellé profession|Code catégorie professionnelle|"
    "Code type savoir-faire|Code savoir-faire|Libellé savoir-faire|Code mode exercice|"
    "Libellé mode exercice|Numéro FINESS site|Raison sociale site|Bureau cedex (coord. structure)|"
    "Code postal (coord. structure)|Code commune (coord. structure)|"
    "Libellé commune (coord. structure)|Téléphone (coord. structure)|"
    "Adresse e-mail (coord. structure)|Code Département (structure)|"
    "Ancien identifiant de la structure|"
)


def line(person):
    number, name, first, phone, mail = person
    cells = [
        "8",
        number[1:],
        number,
        name,
        first,
        "60",
        "Infirmier",
        "C",
        "",
        "",
        "",
        "L",
        "Libéral",
    ]
    cells += [
        "",
        f"CABINET {name}",
        "",
        "13001",
        "13201",
        "Marseille",
        phone,
        mail,
        "13",
        f"0{number}",
    ]
    return "|".join(cells) + "|"


def test_a_generated_rpps_file_leaves_no_trace_of_its_persons(tmp_path):
    received = tmp_path / "PS_LibreAcces_Personne_activite.txt"
    received.write_text("\n".join([HEADER, *map(line, PERSONS)]) + "\n", encoding="utf-8")
    space = tmp_path / "espace"
    (receipt,) = add_files(space, [received], vintage="2025")
    assert receipt.accepted, receipt.faults
    assert receipt.source_id == rpps.SOURCE.id
    table = Space.open(space).table("rpps")
    assert len(table) == 2
    assert table["personne"].nunique() == 2
    kept = b"".join(path.read_bytes() for path in space.rglob("*") if path.is_file())
    frame = table.astype(str).to_csv().encode()
    for person in PERSONS:
        for word in person:
            assert word.encode() not in kept
            assert word.encode() not in frame


def test_every_source_that_names_persons_says_how_it_drops_them():
    naming = {"rpps", "finess", "insee_bpe", "cpts_carte_nationale", "ressources_locales"}
    assert naming == {name for name, module in MODULES.items() if hasattr(module, "prune")}
    assert MODULES["cpts_perimetres"].SOURCE.kept
    assert MODULES["cpts_liste"].SOURCE.kept
