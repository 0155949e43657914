"""Files enter a space whole or not at all, without persons, and can always be taken back."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import xlsxwriter

from cpts_data.space import Space, received_files
from cpts_data.space.arriving import safe_name
from cpts_data.space.provenance import (
    FileRecord,
    read_provenance,
    sha256_of,
    superseded,
    write_provenance,
)
from cpts_data.space.receiving import PREVIOUS, add_files
from tests.official_layouts import (
    APL,
    POPULATIONS,
    apl_workbook,
    populations_rows,
    write_csv,
)

ROOT = Path(__file__).resolve().parents[2]


def add(space, *paths, **named):
    return add_files(space, list(paths), **named)


def kept_files(space):
    """Every file of a space and what it holds, the cache left out."""
    found = (path for path in space.rglob("*") if path.is_file() and ".cache" not in path.parts)
    return {path: path.read_bytes() for path in found}


def names_in(folder):
    return [path.name for path in received_files(folder)]


# --------------------------------------------------------------------------- provenance


def test_what_is_kept_of_a_file(five_files, tmp_path):
    (receipt,) = add(
        tmp_path / "e", five_files["populations_legales"], vintage="2021", address="https://x.fr/a"
    )
    assert receipt.accepted
    assert (receipt.source_id, receipt.rows, receipt.replaced) == ("populations_legales", 13, ())
    folder = tmp_path / "e" / "populations_legales"
    record = read_provenance(folder)["donnees_communes.csv"]
    assert record.millesime == "2021"
    assert record.adresse == "https://x.fr/a"
    assert record.editeur == "Insee"
    assert len(record.date_recuperation) == 10
    assert record.sha256 == sha256_of(five_files["populations_legales"])
    assert record.sha256 == hashlib.sha256((folder / record.nom).read_bytes()).hexdigest()
    assert record.sha256_original == ""


def test_the_same_file_twice_is_one_file(five_files, tmp_path):
    for _ in range(2):
        (receipt,) = add(tmp_path / "e", five_files["drees_apl"])
        assert receipt.replaced == ()
    assert names_in(tmp_path / "e" / "drees_apl") == ["apl.xlsx"]


def test_a_newer_file_takes_the_place_of_an_older_one(five_files, tmp_path):
    space, folder = tmp_path / "e", tmp_path / "e" / "drees_apl"
    add(space, five_files["drees_apl"])
    old = sha256_of(folder / "apl.xlsx")
    newer = apl_workbook(tmp_path / "apl.xlsx", {2023: dict(APL) | {"01004": (9, 9, 1, 1)}})
    (receipt,) = add(space, newer)
    assert receipt.replaced == ("apl.xlsx",)
    (kept,) = names_in(folder)
    assert kept == f"apl-{sha256_of(newer)[:8]}.xlsx"
    assert list(read_provenance(folder)) == [kept]
    assert sha256_of(folder / PREVIOUS / "apl.xlsx") == old
    assert Space.open(space).table("drees_apl").set_index("code").loc["01004", "apl_mg"] == 9
    # and back: the step can be undone
    (receipt,) = add(space, folder / PREVIOUS / "apl.xlsx")
    assert receipt.replaced == (kept,)
    assert names_in(folder) == ["apl.xlsx"]
    assert Space.open(space).table("drees_apl").set_index("code").loc["01004", "apl_mg"] == 2


def test_a_new_list_of_codes_replaces_a_list_of_names(tmp_path):
    by_names = [("Nom CPTS", "Territoire CPTS", "dpt"), ("CPTS Ajaccio", "Ajaccio", "2A")]
    by_codes = [("cpts_id", "code_commune"), ("CPTS-1", "2A004"), ("CPTS-1", "01004")]
    add(tmp_path / "e", write_csv(tmp_path / "noms.csv", by_names))
    (receipt,) = add(tmp_path / "e", write_csv(tmp_path / "codes.csv", by_codes))
    assert receipt.replaced == ("noms.csv",)
    table = Space.open(tmp_path / "e").table("cpts_perimetres")
    assert set(table["cpts_id"]) == {"CPTS-1"}


def test_a_bad_file_leaves_the_good_one(five_files, tmp_path):
    space = tmp_path / "e"
    add(space, five_files["populations_legales"])
    before = {
        p: p.read_bytes() for p in space.rglob("*") if p.is_file() and ".cache" not in p.parts
    }
    bad = write_csv(tmp_path / "donnees_communes.csv", populations_rows({"01004": "x"}))
    (receipt,) = add(space, bad)
    assert not receipt.accepted
    assert {fault.file for fault in receipt.faults} == {"donnees_communes.csv"}
    assert kept_files(space) == before
    (receipt,) = add(space, write_csv(tmp_path / "vide.csv", [("a", "b")]))
    assert not receipt.accepted
    assert sorted(path.name for path in space.iterdir()) == [
        ".cache",
        ".verrou",
        "espace.toml",
        "populations_legales",
    ]


def test_a_space_is_not_made_for_refused_files(tmp_path):
    (receipt,) = add(tmp_path / "e", tmp_path / "absent.csv")
    assert not receipt.accepted
    assert not (tmp_path / "e").exists()


def test_a_title_with_quotes(five_files, tmp_path):
    space = tmp_path / 'L\'espace "du" \\ Nord'
    add(space, five_files["drees_apl"])
    assert Space.open(space).title == 'L\'espace "du" \\ Nord'


# --------------------------------------------------------------------------- codes


def test_codes_that_nobody_knows(tmp_path):
    rows = populations_rows({"13000": 5, "75000": 5, "01004": 5})  # postal codes
    (receipt,) = add(tmp_path / "e", write_csv(tmp_path / "a.csv", rows))
    (fault,) = receipt.faults
    assert "2 codes de communes inconnus sur 3" in fault.found.replace("\u202f", " ")
    assert "codes postaux" in fault.mend
    rows = populations_rows({"13000": 5, "2A004": 5, "01004": 5})
    (receipt,) = add(tmp_path / "e", write_csv(tmp_path / "a.csv", rows))
    assert receipt.accepted
    assert any("13000" in remark for remark in receipt.remarks)


def test_names_that_nobody_knows(tmp_path):
    rows = [
        ("Nom CPTS", "Territoire CPTS", "dpt"),
        ("A", "Ajaccio", "2A"),
        ("A", "Nulle-Part", "2A"),
    ]
    (receipt,) = add(tmp_path / "e", write_csv(tmp_path / "a.csv", rows))
    assert not receipt.accepted
    assert "Nulle-Part" in receipt.faults[0].found
    rows.append(("A", "Bonifacio", "2A"))
    (receipt,) = add(tmp_path / "e", write_csv(tmp_path / "a.csv", rows))
    assert receipt.accepted
    assert any("Nulle-Part" in remark for remark in receipt.remarks)


# --------------------------------------------------------------------------- persons

PERSONS = ("Marie Curie", "06 12 34 56 78", "marie@exemple.fr")
LISTING = (
    ("Nom CPTS", "Territoire CPTS", "dpt", "Nom du Président", "Tél.", "Adresse e-mail"),
    ("CPTS Ajaccio", "Ajaccio", "2A", *PERSONS),
)


def content(space):
    return b"".join(path.read_bytes() for path in space.rglob("*") if path.is_file())


def test_persons_do_not_enter_by_a_text(tmp_path):
    path = write_csv(tmp_path / "liste ars.csv", LISTING)
    (receipt,) = add(tmp_path / "e", path)
    assert receipt.accepted
    record = read_provenance(tmp_path / "e" / "cpts_perimetres")["liste ars.csv"]
    assert record.sha256_original == sha256_of(path)
    assert record.sha256 != record.sha256_original
    assert record.remarque == "colonnes nominatives retirées à la réception"
    assert not any(word.encode() in content(tmp_path / "e") for word in PERSONS)
    assert Space.open(tmp_path / "e").table("cpts_perimetres")["code"].tolist() == ["2A004"]


def test_persons_do_not_enter_by_a_workbook(tmp_path):
    path = tmp_path / "liste.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        contacts = workbook.add_worksheet("Contacts")
        contacts.write_row(30, 0, ["Président", *PERSONS])
        sheet = workbook.add_worksheet("CPTS")
        sheet.write(0, 0, f"Liste tenue par {PERSONS[0]}")
        for line, row in enumerate(LISTING, start=1):
            sheet.write_row(line, 0, row)
    (receipt,) = add(tmp_path / "e", path)
    assert receipt.accepted
    assert names_in(tmp_path / "e" / "cpts_perimetres") == ["liste.csv"]
    kept = (tmp_path / "e" / "cpts_perimetres" / "liste.csv").read_text(encoding="utf-8")
    assert kept.splitlines() == ["Nom CPTS;Territoire CPTS;dpt", "CPTS Ajaccio;Ajaccio;2A"]


@pytest.mark.parametrize(
    "label",
    [
        "Président-e",
        "PRESIDENT",
        "Nom du président",
        "Coordonnateur-rice",
        "coordinatrice",
        "Contact de la CPTS",
        "Courriel",
        "adresse mail",
        "E-mail",
        "Téléphone",
        "Email",
        "Animateur",
        "Directrice",
        "Chef de projet",
        "Médecin pilote",
        "Interlocuteur",
        "Commentaire",
        "tel portable",
        "Prénom",
        "Référent ARS",
    ],
)
def test_labels_that_name_persons(tmp_path, label):
    rows = [("cpts_id", "nom", label), ("1", "CPTS du Centre", PERSONS[0])]
    (receipt,) = add(tmp_path / "e", write_csv(tmp_path / "a.csv", rows))
    assert receipt.accepted
    assert PERSONS[0].encode() not in content(tmp_path / "e")


def test_a_title_that_names_a_person_does_not_stay(tmp_path):
    path = tmp_path / "liste.csv"
    lines = [f"Liste tenue par {PERSONS[0]}", "Nom CPTS;Territoire CPTS;dpt", "CPTS A;Ajaccio;2A"]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    (receipt,) = add(tmp_path / "e", path)
    assert receipt.accepted
    assert PERSONS[0].encode() not in content(tmp_path / "e")


def test_a_telephone_in_a_column_that_stays_is_emptied(tmp_path):
    rows = [("cpts_id", "nom", "site_internet"), ("1", "CPTS A", "lucie.zanzi@exemple.fr")]
    rows += [("2", "CPTS B", "https://cpts-b.fr"), ("3", "CPTS C", "06 12 34 56 78")]
    (receipt,) = add(tmp_path / "e", write_csv(tmp_path / "a.csv", rows))
    assert receipt.accepted
    kept = content(tmp_path / "e")
    assert b"lucie.zanzi" not in kept
    assert b"06 12 34" not in kept
    table = Space.open(tmp_path / "e").table("cpts_liste")
    assert table["site_internet"].fillna("").tolist() == ["", "https://cpts-b.fr", ""]


def test_labels_that_name_nobody(five_files, tmp_path):
    (receipt,) = add(tmp_path / "e", five_files["cpts_liste"])
    record = read_provenance(tmp_path / "e" / "cpts_liste")[receipt.file]
    assert record.sha256 == sha256_of(five_files["cpts_liste"])
    assert record.remarque == ""


# --------------------------------------------------------------------------- archives


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_an_archive_and_what_is_left_aside(five_files, tmp_path):
    archive = zipped(
        tmp_path / "ensemble.zip",
        {
            "donnees/donnees_communes.CSV": five_files["populations_legales"].read_bytes(),
            "donnees/apl.xlsx": five_files["drees_apl"].read_bytes(),
            "meta.csv": "COD_VAR;LIB_VAR\r\nPMUN;Population\r\n",
            "lisezmoi.pdf": "%PDF",
            "__MACOSX/._donnees.csv": "x",
        },
    )
    receipts = add(tmp_path / "e", archive, vintage="2021")
    assert [(receipt.source_id, receipt.accepted) for receipt in receipts] == [
        ("populations_legales", True),
        ("drees_apl", True),
    ]
    told = [remark for receipt in receipts for remark in receipt.remarks]
    assert told == [
        "Laissé de côté dans l'archive « ensemble.zip » : « lisezmoi.pdf » et « meta.csv »."
    ]


def test_an_archive_of_nothing_known(tmp_path):
    receipts = add(tmp_path / "e", zipped(tmp_path / "a.zip", {"a.csv": "x;y\n1;2\n"}))
    assert [receipt.accepted for receipt in receipts] == [False]
    assert "en-tête inconnu" in receipts[0].faults[0].found
    (receipt,) = add(tmp_path / "e", zipped(tmp_path / "b.zip", {"a.pdf": "x"}))
    assert receipt.faults[0].found == "une archive sans fichier de données"


def test_names_of_members_never_lead_outside(five_files, tmp_path):
    data = five_files["populations_legales"].read_bytes()
    archive = zipped(
        tmp_path / "a.zip",
        {"../../../evasion.csv": data, "/tmp/absolu.csv": data, "C:\\dossier\\.caché.csv": data},
    )
    receipts = add(tmp_path / "d" / "e", archive)
    assert all(receipt.accepted for receipt in receipts)
    assert not list(tmp_path.glob("**/evasion.csv"))[1:]
    assert not (tmp_path / "evasion.csv").exists()
    assert {path.parent for path in (tmp_path / "d").rglob("evasion*.csv")} <= {
        tmp_path / "d" / "e" / "populations_legales"
    }


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a b.csv", "a b.csv"),
        ("..", "fichier"),
        ("", "fichier"),
        (".caché", "caché"),
        ('<script>"x".csv', "_script__x_.csv"),
        ("a\nb\x1b.csv", "a_b_.csv"),
        ("provenance.toml", "provenance.toml"),
    ],
)
def test_safe_names(name, safe):
    assert safe_name(name) == safe


def test_a_file_named_like_our_own_is_not_lost(five_files, tmp_path):
    path = tmp_path / "provenance.toml"
    shutil.copy(five_files["populations_legales"], path)
    (receipt,) = add(tmp_path / "e", path)
    assert receipt.accepted
    assert len(Space.open(tmp_path / "e").table("populations_legales")) == 13


# --------------------------------------------------------------------------- interruptions


def test_renaming_is_the_step_that_counts(five_files, tmp_path):
    folder = tmp_path / "drees_apl"
    folder.mkdir()
    shutil.copy(five_files["drees_apl"], folder / "vieux.xlsx")
    records = {
        "vieux.xlsx": FileRecord("vieux.xlsx"),
        "neuf.xlsx": FileRecord("neuf.xlsx", remplace="vieux.xlsx"),
    }
    write_provenance(folder, records)
    # the record is written, the new file is not there: the old one holds
    assert superseded(folder, read_provenance(folder)) == set()
    assert names_in(folder) == ["vieux.xlsx"]
    # the new file is there, the old one not yet moved: it no longer holds
    shutil.copy(five_files["drees_apl"], folder / "neuf.xlsx")
    assert names_in(folder) == ["neuf.xlsx"]
    # the next addition tidies up
    add(tmp_path, five_files["drees_apl"])
    assert (folder / PREVIOUS / "vieux.xlsx").exists()
    assert "vieux.xlsx" not in read_provenance(folder)
    assert all(record.remplace == "" for record in read_provenance(folder).values())


def test_two_sessions_at_once_lose_nothing(tmp_path):
    paths = [
        write_csv(tmp_path / f"{year}.csv", populations_rows({"01004": year, "2A004": 1}))
        for year in range(2015, 2021)
    ]
    with ThreadPoolExecutor(6) as sessions:
        jobs = [sessions.submit(add, tmp_path / "e", p, vintage=p.stem) for p in paths]
        receipts = [job.result()[0] for job in jobs]
    assert all(receipt.accepted for receipt in receipts)
    records = read_provenance(tmp_path / "e" / "populations_legales")
    assert {name: record.millesime for name, record in records.items()} == {
        path.name: path.stem for path in paths
    }
    table = Space.open(tmp_path / "e").table("populations_legales").set_index(["code", "period"])
    assert [table.loc[("01004", p.stem), "population"] for p in paths] == list(range(2015, 2021))


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from cpts_data.space.receiving import add_files

space, versions = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:4]]
delays = [float(text) for text in sys.argv[4:]]
for delay in delays:
    child = os.fork()
    if child == 0:
        while True:
            for version in versions:
                add_files(space, [version], vintage="2023")
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print("killed", flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_instant_the_space_is_as_before_or_as_after(tmp_path):
    cells = [dict.fromkeys(POPULATIONS, 1), dict.fromkeys(list(POPULATIONS)[:12], 2)]
    versions = []
    for number, populations in enumerate(cells):
        rows = {code: (value, value, 1, 1) for code, value in populations.items()}
        versions.append(apl_workbook(tmp_path / f"version{number}.xlsx", {2023: rows}))
    space = tmp_path / "e"
    add(space, versions[0])
    rng = random.Random(20260101)
    delays = [str(rng.uniform(0.02, 0.4)) for _ in range(8)]
    command = [sys.executable, "-c", KILLED, str(space), *map(str, versions)]
    seen = set()
    for delay in (delays[:4], delays[4:]):
        done = subprocess.run(
            [*command, *delay], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
        )
        assert done.stdout.count("killed") == 4, done.stderr
        opened = Space.open(space)
        assert opened.states["drees_apl"].faults == ()
        told = opened.table("drees_apl").groupby("apl_mg").size().to_dict()
        assert told in ({1.0: 13}, {2.0: 12}), told  # one version whole, never a mixture
        seen.add(str(told))
    assert seen
    (receipt,) = add(space, versions[1])
    assert receipt.accepted
    assert Space.open(space).table("drees_apl").groupby("apl_mg").size().to_dict() == {2.0: 12}
