"""``document``: one file, all CPTS, the form by the extension, failures that stop nothing."""

import io
import zipfile

import pypdf
import pytest

from cpts_data.__main__ import main
from cpts_data.analysis.composed import Composition
from cpts_data.command_line import documents
from cpts_data.documents.model import Options
from cpts_data.territories import Level, Territory


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


def run(capsys, *words):
    """Exit code, standard output, standard error (plain spaces)."""
    capsys.readouterr()
    code = main(["document", *(str(word) for word in words)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.out, plain(said.err)


def one(capsys, space, target, model="portrait", territory="CPTS-A", *more):
    words = ("--espace", space, "--territoire", territory, "--modele", model, "--sortie", target)
    return run(capsys, *words, *more)


def hidden(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_the_extension_chooses_the_form(capsys, five_space, tmp_path):
    code, out, err = one(capsys, five_space, tmp_path / "p.PDF")
    assert (code, out) == (0, "")
    assert err.startswith(f"ÉCRIT  {tmp_path / 'p.PDF'} : Portrait de territoire, ")
    assert len(pypdf.PdfReader(tmp_path / "p.PDF").pages) == 2
    assert one(capsys, five_space, tmp_path / "p.docx")[0] == 0
    assert "word/document.xml" in zipfile.ZipFile(tmp_path / "p.docx").namelist()
    assert hidden(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "model", "told"),
    [
        ("p.odt", "portrait", "trouvé : « .odt » ; attendu pour le modèle « portrait » : .pdf ou"),
        ("p", "tableur", "trouvé : aucune extension ; attendu pour le modèle « tableur » : .xlsx"),
        ("p.pdf", "diaporama", "attendu pour le modèle « diaporama » : .pptx"),
    ],
)  # fmt: skip
def test_another_extension_is_refused_with_those_that_go(
    capsys, five_space, tmp_path, name, model, told
):
    code, out, err = one(capsys, five_space, tmp_path / name, model)
    assert (code, out) == (2, "")
    assert told in err
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_exist_is_told(capsys, five_space, tmp_path):
    code, _, err = one(capsys, five_space, tmp_path / "p.pdf", "portrait", "CPTS-Z")
    assert code == 2
    assert "Aucun territoire « CPTS-Z » au niveau CPTS" in err
    code, _, err = one(capsys, five_space, tmp_path / "absent" / "p.pdf")
    assert code == 2
    assert "ÉCHEC  CPTS de la plaine : impossible d'écrire le fichier" in err


def test_a_composed_territory_has_its_document(capsys, five_space, five, tmp_path):
    units = five.territories(Level.CPTS).units_of("CPTS-A").index
    made = Composition.of("Mon bassin", [(str(code), 1.0) for code in units], five.space.year)
    target = tmp_path / "mon.docx"
    words = ("--espace", five_space, "--composition", made.encode(), "--modele", "portrait")
    code, _, err = run(capsys, *words, "--sortie", target)
    assert code == 0, err
    assert "Mon bassin" in zipfile.ZipFile(target).read("docProps/core.xml").decode()
    code, _, err = run(
        capsys, "--espace", five_space, "--composition", "x.y", "--modele", "portrait",
        "--sortie", tmp_path / "autre.pdf",
    )  # fmt: skip
    assert code == 2
    assert "Territoire composé" in err


def test_an_older_file_stays_whole_when_the_new_one_fails(
    capsys, five_space, tmp_path, monkeypatch
):
    target = tmp_path / "p.pdf"
    target.write_bytes(b"avant")

    def broken(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(documents, "make", broken)
    code, _, err = one(capsys, five_space, target)
    assert code == 2
    assert "erreur inattendue (ZeroDivisionError)" in err
    assert target.read_bytes() == b"avant"
    assert hidden(tmp_path) == []


def test_all_of_them_and_one_failure_stops_nothing(capsys, five_space, five, tmp_path):
    folder = tmp_path / "tous"
    names = five.territories(Level.CPTS).table["name"]
    culprit = folder / f"donnees_{documents.slug(str(names['CPTS-A']))}.csv"
    culprit.mkdir(parents=True)  # a folder stands where the file should go
    words = ("--espace", five_space, "--tous", "--modele", "donnees", "--sortie", folder)
    code, out, err = run(capsys, *words, "--processus", "2")
    assert (code, out) == (2, "")
    count = len(names)
    assert f"{count - 1} documents écrits dans {folder}" in err
    assert "ÉCHEC  CPTS de la plaine (CPTS-A) : impossible d'écrire le fichier" in err
    files = [path for path in folder.iterdir() if path.is_file() and path.suffix == ".csv"]
    assert len(files) == count - 1
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in files)


def test_names_that_are_alike_do_not_overwrite_one_another(tmp_path):
    class Twins:
        def territories(self, level):
            import pandas as pd

            names = ["Même nom", "Même nom !", "meme-nom"]
            return type("T", (), {"table": pd.DataFrame({"name": names}, index=["a", "b", "B"])})()

        def territory(self, level, identifier):
            return Territory(Level.CPTS, identifier, "Même nom")

    orders = list(documents._orders(Twins(), documents.Deliverable.PORTRAIT, "pdf", tmp_path))
    targets = [order.target.name for order in orders]
    assert targets == [
        "portrait_meme-nom.pdf",
        "portrait_meme-nom_b.pdf",
        "portrait_meme-nom_2.pdf",
    ]


def test_a_process_that_dies_takes_only_its_own_document(tmp_path, monkeypatch):
    orders = [
        documents.Order(Territory(Level.CPTS, name, name), documents.Deliverable.PORTRAIT, "pdf",
                        tmp_path / f"{name}.pdf")
        for name in ("a", "b", "c")
    ]  # fmt: skip

    def pool(space, given, options, processes):
        """Tells the first of several, then dies; alone, « b » dies."""
        if len(given) > 1 or given[0].territory.id != "b":
            yield documents.Outcome(given[0], 1.0, 10)

    monkeypatch.setattr(documents, "_pool", pool)
    told = list(documents._in_parallel(tmp_path, orders, Options(), 2))
    assert [(one.order.territory.id, bool(one.failure)) for one in told] == [
        ("a", False), ("b", True), ("c", False),
    ]  # fmt: skip


def test_a_space_without_cpts_says_so(capsys, tmp_path):
    space = tmp_path / "vide"
    space.mkdir()
    (space / "espace.toml").write_text('titre = "vide"\n', encoding="utf-8")
    words = ("--espace", space, "--tous", "--modele", "portrait", "--sortie", tmp_path / "x")
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "aucune CPTS" in err


def test_the_reference_and_the_sections_are_those_asked(capsys, five_space, tmp_path):
    more = ("--reference", "france", "--sections", "acces", "--confiance", "99,8")
    code, _, err = one(capsys, five_space, tmp_path / "d.docx", "diagnostic", "CPTS-A", *more)
    assert code == 0, err
    archive = zipfile.ZipFile(io.BytesIO((tmp_path / "d.docx").read_bytes()))
    text = plain(archive.read("word/document.xml").decode())
    assert "Chiffres comparés avec la France" in text
    assert "confiance à 99,8 %" in text
    assert "Accès aux soins" in text
    assert "Prévention" not in text
