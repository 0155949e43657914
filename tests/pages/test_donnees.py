"""« Données »: files are shown before they enter, enter, leave; refusals are words."""

import datetime as dt
import io
import shutil
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cpts_data import received
from cpts_data.sources import cpts_liste, cpts_perimetres
from cpts_data.space import Space, received_files, receiving
from pages.parts import deposit_views
from pages.parts.data_views import cpts_template, freshness

ROOT = Path(__file__).resolve().parents[2]
PAGE = "pages/donnees.py"
HOSTILE = "<img src=x onerror=alert(1)>.csv"
POPULATIONS = (
    "REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT\n"
    "94;R;2A;1;01;004;2A004;Ajaccio;74000;0;74000\n"
    "94;R;2A;1;01;041;2A041;Bonifacio;3100;0;3100\n"
)


@pytest.fixture
def etagere(spaces, tmp_path, monkeypatch) -> Path:
    """A shelf of one's own, with a Corsican space that may be changed."""
    shelf = tmp_path / "etagere"
    shelf.mkdir()
    shutil.copytree(spaces["corse"], shelf / "corse")
    monkeypatch.setenv("CPTS_DATA", str(shelf))
    return shelf


def open_page(space: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    test.switch_page(PAGE)
    test.query_params["espace"] = space
    return test.run()


def said(test: AppTest) -> str:
    kinds = ("markdown", "info", "warning", "error", "success")
    parts = [str(block.value) for kind in kinds for block in getattr(test, kind)]
    return "\n".join(parts + [str(element.proto.body) for element in test.get("html")])


def drop(test: AppTest, *files: tuple[str, str | bytes]) -> AppTest:
    given = [
        (name, content.encode() if isinstance(content, str) else content, "text/csv")
        for name, content in files
    ]
    return test.file_uploader[0].set_value(given).run()


def press(test: AppTest, label: str) -> AppTest:
    (button,) = [button for button in test.button if button.label.startswith(label)]
    return button.click().run()


def buttons(test: AppTest) -> list[str]:
    return [button.label for button in test.button]


def test_the_state_of_each_source_is_told(etagere):
    told = said(open_page("corse"))
    assert "Populations légales des communes" in told
    assert "aujourd’hui" in told
    assert "✓\u00a0Conforme" in told
    assert "Rapport de qualité" in [header.value for header in open_page("corse").header]


def test_a_file_is_shown_then_enters_then_leaves(etagere):
    folder = etagere / "corse" / "populations_legales"
    before = [path.name for path in received_files(folder)]
    test = drop(open_page("corse"), ("peu importe.txt", POPULATIONS))
    assert not test.exception
    told = said(test)
    assert "✓ Reconnu" in told
    assert "Populations légales des communes" in told
    assert "elle sera déduite des codes de communes" in told
    assert [path.name for path in received_files(folder)] == before

    test.text_input[0].set_value("2022").run()
    assert "2022 (indiquée par vous)" in said(test)
    press(test, "Ajouter à l’espace")
    assert not test.exception
    assert "✓ Ajouté" in said(test)
    assert "peu importe.txt" in said(test)
    assert len(received_files(folder)) == 2
    table = Space.open(etagere / "corse").table("populations_legales")
    assert set(table["period"]) == {"2021", "2022"}
    assert not test.file_uploader[0].value

    press(test, "Annuler cet ajout")
    assert "est retiré de l’espace et conservé de côté" in said(test)
    assert [path.name for path in received_files(folder)] == before


def test_an_agreed_file_is_not_read_again(etagere, monkeypatch):
    readings = []
    true_read = receiving.read_file

    def read(source_id, path):
        readings.append(source_id)
        return true_read(source_id, path)

    monkeypatch.setattr(receiving, "read_file", read)
    content = POPULATIONS.replace("74000", "74001")  # nobody looked at this one yet
    test = drop(open_page("corse"), ("pop.csv", content))
    test.text_input[0].set_value("2022").run()
    press(test, "Ajouter à l’espace")
    assert "✓ Ajouté" in said(test)
    assert readings == ["populations_legales"]


def test_a_file_that_replaces_is_said_and_given_back(etagere):
    folder = etagere / "corse" / "cpts_perimetres"
    (old,) = [path.name for path in received_files(folder)]
    perimeter = "cpts_id;code_commune\ncorse-2;2A004\n"
    test = drop(open_page("corse"), ("nouveau.csv", perimeter))
    assert f"prend la place de «\u00a0{old}\u00a0»" not in said(test)  # one row of two stays
    whole = perimeter + "corse-2;2A041\n"
    drop(test, ("nouveau.csv", whole))
    assert f"prend la place de «\u00a0{old}\u00a0», que l’on conserve de côté" in said(test)
    press(test, "Ajouter à l’espace")
    assert [path.name for path in received_files(folder)] == ["nouveau.csv"]
    test.selectbox(key="retirer_corse").set_value("cpts_perimetres/nouveau.csv").run()
    assert f"«\u00a0{old}\u00a0» reprendra sa place." in said(test)
    press(test, "Retirer ce fichier")
    assert not test.exception
    assert [path.name for path in received_files(folder)] == [old]


def test_a_bad_file_is_refused_in_words(etagere):
    wrong = POPULATIONS.replace("3100;0;3100", "beaucoup;0;-5")
    page = b"<!DOCTYPE html><html><body>Erreur 403</body></html>"
    test = drop(open_page("corse"), ("pop.csv", wrong), ("communes.xlsx", page))
    assert not test.exception
    told = said(test)
    assert told.count("✕ Refusé") == 2
    assert "Ligne 3, colonne «\u00a0PMUN\u00a0»" in told
    assert "«\u00a0beaucoup\u00a0»" in told
    assert "une page web (HTML) enregistrée à la place des données" in told
    assert not any(label.startswith("Ajouter") for label in buttons(test))


def test_an_archive_that_swells_is_refused_in_words(etagere, monkeypatch):
    monkeypatch.setattr(received.heads, "BOMB_SIZE", 1000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.csv", b"0" * 1_000_000)
    test = drop(open_page("corse"), ("bombe.zip", stream.getvalue()))
    assert not test.exception
    assert "une fois décompressé" in said(test)


def test_a_hostile_name_stays_text(etagere):
    test = drop(open_page("corse"), (HOSTILE, POPULATIONS), (f"2{HOSTILE}", "a;b\n1;2\n"))
    assert not test.exception
    assert "<img" not in said(test)
    press(test, "Ajouter à l’espace")
    assert not test.exception
    assert "<img" not in said(test)
    assert "onerror" in said(test)
    for path in received_files(etagere / "corse" / "populations_legales"):
        assert "<" not in path.name


def test_a_hostile_file_found_in_the_folder_stays_text(etagere):
    (etagere / "corse" / "insee_filosofi").mkdir()
    (etagere / "corse" / "insee_filosofi" / HOSTILE).write_text("a;b\n1;2\n", encoding="utf-8")
    test = open_page("corse")
    assert not test.exception
    assert "mis de côté" in said(test)
    html = "\n".join(str(element.proto.body) for element in test.get("html"))
    assert "<img" not in html
    assert all("<img" not in str(block.value).replace("\\<img", "") for block in test.warning)


def test_a_year_is_four_digits(etagere):
    test = drop(open_page("corse"), ("pop.csv", POPULATIONS))
    test.text_input[0].set_value("22").run()
    assert "quatre chiffres" in said(test)
    assert not any(label.startswith("Ajouter") for label in buttons(test))


def test_the_same_file_again_has_nothing_to_add(etagere):
    (path,) = received_files(etagere / "corse" / "cpts_perimetres")
    test = drop(open_page("corse"), ("copie.csv", path.read_bytes()))
    assert "déjà dans l’espace à l’identique" in said(test)
    assert not any(label.startswith("Ajouter") for label in buttons(test))


def test_the_demonstration_offers_a_new_space_instead(etagere):
    test = open_page("demonstration")
    assert len(test.file_uploader) == 0
    assert "ne se modifie pas" in said(test)
    assert "Retirer ce fichier" not in buttons(test)
    test.text_input[0].set_value("../ailleurs")
    press(test, "Créer")
    assert "des lettres, des chiffres" in said(test)
    assert [path.name for path in etagere.iterdir()] == ["corse"]
    test.text_input[0].set_value("ars-corse")
    press(test, "Créer")
    assert not test.exception
    assert test.query_params["espace"] == "ars-corse"
    assert (etagere / "ars-corse" / "espace.toml").is_file()
    assert len(test.file_uploader) == 1
    drop(test, ("pop.csv", POPULATIONS))
    press(test, "Ajouter à l’espace")
    assert Space.open(etagere / "ars-corse").has("populations_legales")


def test_a_read_only_space_is_not_changed(etagere, monkeypatch):
    monkeypatch.setattr(deposit_views, "may_change", lambda space: False)
    test = open_page("corse")
    assert len(test.file_uploader) == 0
    assert "en lecture seule" in said(test)


def test_without_a_shelf_no_space_is_offered(spaces, monkeypatch):
    monkeypatch.setenv("CPTS_DATA", str(spaces["corse"]))
    test = open_page("demonstration")
    assert "Aucun dossier ne peut recevoir un nouvel espace" in said(test)


@pytest.mark.parametrize(
    ("received_on", "now", "words"),
    [
        ("2026-11-22", "2026-11-22", ("22 novembre 2026", "aujourd'hui")),
        ("2026-11-22", "2026-11-23", ("22 novembre 2026", "hier")),
        ("2026-11-22", "2026-11-25", ("22 novembre 2026", "il y a 3 jours")),
        ("2026-11-01", "2026-11-22", ("1er novembre 2026", "il y a 3 semaines")),
        ("2025-01-15", "2026-11-22", ("15 janvier 2025", "il y a 23 mois")),
        ("2020-01-01", "2026-11-22", ("1er janvier 2020", "il y a 7 ans")),
        ("", "2026-11-22", ("date inconnue", "")),
        ("demain", "2026-11-22", ("date inconnue", "")),
    ],
)
def test_freshness_is_in_words(received_on, now, words):
    assert freshness(received_on, dt.date.fromisoformat(now)) == words


@pytest.mark.parametrize(
    ("module", "row", "rows"),
    [
        (cpts_liste, {"cpts_id": "c1", "nom": "CPTS 1", "statut": "aci_signe"}, 1),
        (cpts_perimetres, {"cpts_id": "c1", "code_commune": "2A004", "part": "0,5"}, 1),
    ],
)
def test_a_filled_template_is_recognised_and_read(module, row, rows, tmp_path):
    header = cpts_template(module.SOURCE.id).decode("utf-8-sig").strip()
    line = ";".join(row.get(name, "") for name in header.split(";"))
    path = tmp_path / "rempli.csv"
    path.write_bytes(f"{header}\r\n{line}\r\n".encode("utf-8-sig"))
    assert module.recognises(received.head_of(path))
    assert len(module.read(path)) == rows
