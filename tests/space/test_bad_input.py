"""Bad files through the command line: told in French, nothing lost, no traceback, little memory."""

import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cpts_data.__main__ import main
from cpts_data.space import Space
from tests.official_layouts import (
    APL,
    FILOSOFI,
    POPULATIONS,
    apl_workbook,
    etalab_contours,
    filosofi_rows,
    geojson,
    populations_rows,
    square,
    write_csv,
)

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1_000_000


def kept_files(space):
    """Every file of a space and what it holds, the cache left out."""
    found = (path for path in space.rglob("*") if path.is_file() and ".cache" not in path.parts)
    return {path: path.read_bytes() for path in found}


@pytest.fixture
def space(five_files, tmp_path):
    """A space that already holds good populations."""
    folder = tmp_path / "espace"
    good = str(five_files["populations_legales"])
    assert main(["ajouter", "--espace", str(folder), "--millesime", "2023", good]) == 0
    return folder


def add(space, *paths):
    return main(["ajouter", "--espace", str(space), "--millesime", "2023", *map(str, paths)])


def assert_refused(space, capsys, path, *words):
    """The file is refused with its name and these words; the space is as it was."""
    before = kept_files(space)
    capsys.readouterr()
    assert add(space, path) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"REFUSÉ  {path.name}" in said.err
    text = said.err.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")
    for word in (*words, "trouvé :", "attendu :", "Pour corriger :", f"« {path.name} »"):
        assert word in text, f"{word!r} is not in:\n{text}"
    assert "Traceback" not in text
    assert kept_files(space) == before
    return text


def written(tmp_path, content, name="donnees_communes.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --------------------------------------------------------------------------- whole files


def test_not_there(space, capsys, tmp_path):
    assert_refused(space, capsys, tmp_path / "absent.csv", "il n'existe pas à cette adresse")


def test_empty(space, capsys, tmp_path):
    assert_refused(space, capsys, written(tmp_path, b""), "un fichier vide")
    assert_refused(space, capsys, written(tmp_path, b"\xef\xbb\xbf\r\n\r\n"), "un fichier vide")


def test_a_header_without_data(space, capsys, tmp_path):
    path = write_csv(tmp_path / "donnees_communes.csv", populations_rows()[:1])
    assert_refused(space, capsys, path, "aucune ligne de données")


def test_a_web_page(space, capsys, tmp_path):
    page = "<!DOCTYPE html>\n<html lang='fr'><head><title>403</title></head></html>"
    assert_refused(space, capsys, written(tmp_path, page), "une page web (HTML)", "navigateur")


def test_a_web_page_named_as_a_workbook(space, capsys, tmp_path):
    path = written(tmp_path, "<html><body>Connexion</body></html>", "apl.xlsx")
    assert_refused(space, capsys, path, "une page web (HTML)")


def test_a_truncated_archive(space, capsys, tmp_path, five_files):
    archive = tmp_path / "ensemble.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.write(five_files["populations_legales"], "donnees_communes.csv")
    path = written(tmp_path, archive.read_bytes()[:-30], "coupée.zip")
    assert_refused(space, capsys, path, "endommagé", "téléchargez-le de nouveau")


def test_an_archive_with_a_rotten_member(space, capsys, tmp_path, five_files):
    archive = tmp_path / "ensemble.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.write(five_files["populations_legales"], "donnees_communes.csv")
    data = bytearray(archive.read_bytes())
    data[80:90] = b"XXXXXXXXXX"  # the checksum no longer holds
    assert_refused(space, capsys, written(tmp_path, bytes(data), "pourrie.zip"), "endommagée")


def test_a_truncated_workbook(space, capsys, tmp_path, five_files):
    whole = five_files["drees_apl"].read_bytes()
    for size in (len(whole) // 2, len(whole) - 200):
        path = written(tmp_path, whole[:size], "apl.xlsx")
        assert_refused(space, capsys, path, "endommagé")


def test_a_truncated_text(space, capsys, tmp_path, five_files):
    whole = five_files["populations_legales"].read_bytes()
    path = written(tmp_path, whole[:-25])
    assert_refused(space, capsys, path, "ligne 14", "n'est pas arrivé en entier")
    # cut within the last figure: 110 became 1
    path = written(tmp_path, whole.rstrip()[:-2])
    assert_refused(
        space, capsys, path, "ligne 14", "colonne « PTOT »", "PMUN + PCAP, soit 100 + 10"
    )


def test_a_truncated_layer(space, capsys, tmp_path, five_files):
    whole = five_files["contours_communes"].read_bytes()
    path = written(tmp_path, whole[: len(whole) * 2 // 3], "communes.geojson")
    assert_refused(space, capsys, path, "incomplet ou endommagé")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(100), "une archive 7z, RAR ou GZIP"),
        (b"\x1f\x8b\x08" + bytes(100), "une archive GZIP endommagée"),
        (b"\x00\x00\x27\x0a" + bytes(100), "un fichier de formes (.shp) sans ceux"),
        (b"PAR1" + bytes(100), "un fichier Parquet"),
        ("REG;DEP\r\n84;01\r\n".encode("utf-16"), "un en-tête inconnu (« REG », « DEP »)"),
        (b"\xff\xfeR\x00E\x00G", "un texte « Unicode » (UTF-16) endommagé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "un classeur endommagé"),
        (b"SQLite format 3\x00" + bytes(2000), "une base géographique endommagée"),
        (b"PK\x03\x04" + bytes(2000), "endommagé"),
    ],
)
def test_other_kinds(space, capsys, tmp_path, content, words):
    assert_refused(space, capsys, written(tmp_path, content, "fichier.bin"), words)


def test_a_file_of_another_subject(space, capsys, tmp_path):
    path = write_csv(tmp_path / "ventes.csv", [("date", "montant"), ("2024-01-01", "12")])
    text = assert_refused(space, capsys, path, "un en-tête inconnu (« date », « montant »)")
    assert "Sources et méthodes" in text


# --------------------------------------------------------------------------- bombs and bulk


def bomb(path, name, size=150 * MEGABYTE):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open(name, "w") as member:
            for _ in range(size // MEGABYTE):
                member.write(b"0" * MEGABYTE)
    return path


@pytest.mark.parametrize(
    ("name", "member"), [("bombe.zip", "donnees.csv"), ("bombe.xlsx", "xl/worksheets/sheet1.xml")]
)
def test_a_zip_bomb(space, capsys, tmp_path, name, member):
    path = bomb(tmp_path / name, member)
    assert path.stat().st_size < MEGABYTE
    assert_refused(space, capsys, path, "150,0 Mo une fois décompressé")


def test_an_archive_of_a_thousand_files(space, capsys, tmp_path):
    path = tmp_path / "mille.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(501):
            archive.writestr(f"{number}.csv", "a;b\n")
    assert_refused(space, capsys, path, "501 fichiers", "au plus 500 fichiers")


HEADER = ";".join(map(str, populations_rows()[0])).encode() + b"\r\n"
GARBAGE = {
    "text": (b"", b"lorem ipsum dolor sit amet;;;\n"),
    "one line": (b"", b"lorem ipsum dolor sit amet;;;"),
    "under a good header": (
        HEADER,
        b"84;x;01;2;08;001;01001;N;832\r\n",
    ),
    "good lines again and again": (
        HEADER,
        b"84;x;01;2;08;001;01001;N;832;16;848\r\n",
    ),
    "an open quote": (
        HEADER + b'84;"',
        b"lorem ipsum dolor sit amet\n",
    ),
    "a layer": (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":'
        b'{"INSEE_COM":"01004","NOM":"A"},"geometry":null},',
        b"lorem ipsum dolor sit amet;;;\n",
    ),
    "an archive": (b"PK\x03\x04", b"lorem ipsum dolor sit amet;;;\n"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"lorem ipsum dolor sit amet;;;\n"),
    "a base": (b"SQLite format 3\x00", b"lorem ipsum dolor sit amet;;;\n"),
    "bytes": (b"\x00\x01\x02", bytes(range(256))),
}
MEASURED = """
import re, sys
from pathlib import Path
from cpts_data.__main__ import main

def peak():  # of this process alone: getrusage starts from the memory of the parent
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

bare = peak()
codes = [main(["ajouter", "--espace", sys.argv[1], path]) for path in sys.argv[2:]]
print(bare, peak(), *codes)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read in /proc")
def test_two_hundred_megabytes_of_garbage_of_every_kind(space, tmp_path):
    """One process, ten files of 200 MB: the peak stays under 300 MB."""
    before = kept_files(space)
    paths = []
    for number, (kind, (start, pattern)) in enumerate(GARBAGE.items()):
        path = tmp_path / f"{number} {kind}.dat"
        block = pattern * (MEGABYTE // len(pattern))
        with path.open("wb") as stream:
            stream.write(start)
            for _ in range(200):
                stream.write(block)
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(space), *paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    for path in paths:
        Path(path).unlink()
    assert "Traceback" not in done.stderr
    bare, peak, *codes = (int(word) for word in done.stdout.split())
    assert codes == [2] * len(GARBAGE), done.stderr
    assert done.stderr.count("REFUSÉ") == len(GARBAGE)
    assert len(done.stderr) < 60_000
    assert peak / 1000 < 300, f"{peak // 1000} MB, of which {bare // 1000} before any file"
    assert kept_files(space) == before


# --------------------------------------------------------------------------- cells


def test_an_unknown_sign_in_a_column_of_numbers(space, capsys, tmp_path):
    cells = dict(FILOSOFI) | {"2A004": ("800", "2000", "22000", "x")}
    path = write_csv(tmp_path / "filosofi.csv", filosofi_rows(cells))
    assert_refused(
        space,
        capsys,
        path,
        "ligne 3",
        "colonne « TP6021 »",
        "trouvé : « x »",
        "attendu : un nombre, ou l'un des signes s, nd",
        "un signe inconnu n'est jamais lu comme un zéro",
    )


def test_every_fault_at_once(space, capsys, tmp_path):
    rows = populations_rows({"01004": "x", "Ajaccio": 5, "97411": -1, "55039": ""})
    text = assert_refused(space, capsys, write_csv(tmp_path / "d.csv", rows))
    for line in (2, 3, 4, 5):
        assert f"ligne {line}" in text


def test_the_same_commune_twice(space, capsys, tmp_path):
    rows = populations_rows()
    path = write_csv(tmp_path / "d.csv", [*rows, rows[1]])
    assert_refused(space, capsys, path, "ligne 15", "« 01004 »", "déjà rencontré", "additionnez")


def test_codes_as_integers_are_repaired_aloud(space, capsys, tmp_path):
    rows = populations_rows()
    at = rows[0].index("COM")
    for row in rows[1:]:
        row[at] = str(row[at]).lstrip("0")
    capsys.readouterr()
    assert add(space, write_csv(tmp_path / "entiers.csv", rows)) == 0
    assert "1\u00a0code de commune réparé" in capsys.readouterr().err
    table = Space.open(space).table("populations_legales")
    assert set(table["code"]) == set(POPULATIONS)


def test_a_repair_that_makes_a_second_row_is_refused(space, capsys, tmp_path):
    # « 1004.0 » and « 01004 » are one commune: nobody knows whether to add or to choose
    rows = populations_rows({"1004.0": 5, "01004": 7, "2A004": 1})
    assert_refused(space, capsys, write_csv(tmp_path / "d.csv", rows), "ligne 3", "déjà rencontré")


def test_codes_that_cannot_be_repaired(space, capsys, tmp_path):
    rows = populations_rows({"4": 5, "2A04": 7, "2E+03": 1})
    assert_refused(space, capsys, write_csv(tmp_path / "d.csv", rows), "ligne 2", "comme 01004")


def test_postal_codes_are_not_communes(space, capsys, tmp_path):
    rows = populations_rows({"13000": 5, "75000": 7, "06000": 1})
    assert_refused(space, capsys, write_csv(tmp_path / "d.csv", rows), "codes postaux")


def test_names_of_columns_in_another_order(space, tmp_path):
    rows = populations_rows({code: people * 2 for code, people in POPULATIONS.items()})
    order = list(range(len(rows[0])))
    random.Random(7).shuffle(order)
    path = write_csv(tmp_path / "d.csv", [[row[i] for i in order] for row in rows])
    assert add(space, path) == 0
    table = Space.open(space).table("populations_legales").set_index("code")
    assert table.loc["2A004", "population"] == 4000


def test_windows_1252(space, capsys, tmp_path):
    path = write_csv(tmp_path / "d.csv", populations_rows(), encoding="cp1252")
    capsys.readouterr()
    assert add(space, path) == 0
    assert "Fichier lu en Windows-1252" in capsys.readouterr().err
    table = Space.open(space).table("populations_legales").set_index("code")
    assert table.loc["01004", "nom"] == "Ambérieu-en-Bugey"


def test_a_spreadsheet_that_swaps_commas_and_semicolons(space, tmp_path):
    rows = [[str(cell).replace(",", ".") for cell in row] for row in filosofi_rows()]
    assert add(space, write_csv(tmp_path / "f.csv", rows, separator=",")) == 0
    table = Space.open(space).table("insee_filosofi").set_index("code")
    assert table.loc["97411", "taux_pauvrete"] == 40.0


def test_a_column_shifted_by_a_stray_separator(space, capsys, tmp_path):
    rows = populations_rows()
    lines = [";".join(map(str, row)) for row in rows]
    lines[2] = lines[2].replace("Ajaccio", "Ajaccio ; la belle")
    path = written(tmp_path, "\r\n".join([*lines, ""]))
    assert_refused(space, capsys, path, "ligne 3", "12 colonnes", "11 colonnes")


# --------------------------------------------------------------------------- names


NASTY = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x";"y")',
    "@SUM(A1)",
    "\x1b[2J[red]x[/]",
    "A" * 5000,
)


def test_names_are_only_text(space, capsys, tmp_path):
    rows = [("cpts_id", "code_commune", "nom")]
    rows += [(f"C{number}", "2A004", name) for number, name in enumerate(NASTY)]
    assert add(space, write_csv(tmp_path / "p.csv", rows)) == 0
    capsys.readouterr()
    words = ["valeurs", "--espace", str(space), "--niveau", "cpts", "--indicateur", "population"]
    assert main([*words, "--format", "json"]) == 0
    out = capsys.readouterr().out
    assert "\\u001b[2J" in out  # escaped, hence harmless to a terminal
    assert "<script>alert(1)</script>" in out
    assert main(["verifier", "--espace", str(space)]) == 0
    assert "\x1b[2J" not in capsys.readouterr().out


def test_a_report_never_plays_with_the_terminal(space, capsys, tmp_path):
    rows = [("\x1b[2Jx", "[/red]"), ("1" * 400, "2")]
    path = write_csv(tmp_path / "\x1b[31mrouge.csv", rows)
    assert add(space, path) == 2
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "[/red]" in said


def test_a_formula_as_a_code_is_no_code(space, capsys, tmp_path):
    rows = populations_rows({"=1+1": 5, "01004": 7})
    assert_refused(space, capsys, write_csv(tmp_path / "d.csv", rows), "ligne 2", "« =1+1 »")


# --------------------------------------------------------------------------- together


def test_the_good_files_of_the_same_call_are_added(space, five_files, capsys, tmp_path):
    bad = written(tmp_path, "<html></html>", "apl.xlsx")
    worse = write_csv(tmp_path / "donnees_communes.csv", populations_rows({"01004": "x"}))
    capsys.readouterr()
    good = [five_files[name] for name in ("drees_apl", "insee_filosofi", "contours_communes")]
    assert add(space, good[0], bad, good[1], worse, good[2], tmp_path / "absent.csv") == 2
    said = capsys.readouterr().err
    assert len(re.findall("^AJOUTÉ", said, re.MULTILINE)) == 3
    assert len(re.findall("^REFUSÉ", said, re.MULTILINE)) == 3
    opened = Space.open(space)
    assert set(opened.states) == {
        "populations_legales",
        "drees_apl",
        "insee_filosofi",
        "contours_communes",
    }
    # the good populations that were there before the bad ones came
    assert opened.table("populations_legales")["population"].sum() == 6900


def test_two_bad_files_of_one_name_are_both_told(space, capsys, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    paths = [written(tmp_path / folder, b"", "vide.csv") for folder in ("a", "b")]
    capsys.readouterr()
    assert add(space, *paths) == 2
    assert capsys.readouterr().err.count("REFUSÉ  vide.csv") == 2


def test_a_full_disk_or_a_forbidden_folder(capsys, tmp_path, five_files):
    (tmp_path / "fichier").write_text("x")
    assert add(tmp_path / "fichier" / "espace", five_files["drees_apl"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Impossible de lire ou d’écrire")
    assert "un élément du chemin n’est pas un dossier" in said


def test_one_real_process(tmp_path, five_files):
    good, bad = five_files["populations_legales"], written(tmp_path, b"", "vide.csv")
    command = [sys.executable, "-m", "cpts_data", "ajouter", "--espace", str(tmp_path / "e")]
    done = subprocess.run(
        [*command, str(good), str(bad)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "REFUSÉ  vide.csv" in done.stderr
    assert "AJOUTÉ  donnees_communes.csv : populations_legales, 13" in done.stderr.replace(
        "\u00a0", " "
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("seed", range(6))
def test_any_damage_is_told_or_harmless(space, five_files, capsys, tmp_path, seed):
    """Bytes changed, cut or doubled at random in each kind of file: never a traceback."""
    rng = random.Random(seed)
    makers = {
        "communes.geojson": etalab_contours,
        "apl.xlsx": lambda path: apl_workbook(path, {2023: APL}),
        "filosofi.csv": lambda path: write_csv(path, filosofi_rows()),
        "layer.geojson": lambda path: geojson(
            path, [({"INSEE_COM": "01004", "NOM": "A"}, square(5, 45))]
        ),
    }
    for name, make in makers.items():
        data = bytearray(make(tmp_path / name).read_bytes())
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data))
            match rng.randrange(3):
                case 0:
                    data[at] = rng.randrange(256)
                case 1:
                    del data[at : at + rng.randint(1, 40)]
                case 2:
                    data[at:at] = bytes(data[at : at + rng.randint(1, 40)])
        (tmp_path / name).write_bytes(bytes(data))
        assert add(space, tmp_path / name) in (0, 2)
        said = capsys.readouterr().err
        assert "AJOUTÉ" in said or "REFUSÉ" in said
        assert "sait pas lire" not in said, said  # the net of last resort
    Space.open(space)
