"""Files brought from a site of this machine that cuts, drips, lies, moves, or keeps silent."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from rich.console import Console

from cpts_data import __main__ as command_line
from cpts_data import reference, sources
from cpts_data.contracts import Address
from cpts_data.download import (
    Advance,
    Area,
    DownloadRefusedError,
    Patience,
    Result,
    Stage,
    download,
    errands,
    is_offline,
    report,
    wanted_files,
)
from cpts_data.space import DEMONSTRATION, Space
from cpts_data.space.provenance import read_provenance
from tests.conftest import SHARED
from tests.official_site import (
    Site,
    cut_after,
    drip,
    fail_with,
    fall_silent,
    instead,
    open_site,
    send_to,
    web_page,
)

HASTY = Patience(
    attempts=3, connection_attempts=2, first_pause=0.01, connect=2, read=0.5, window=0.3
)
POPULATIONS = "populations_legales"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def site():
    with open_site() as opened:
        yield opened


@pytest.fixture
def space(tmp_path):
    return tmp_path / "espace"


@pytest.fixture(scope="session")
def populations(five_files) -> bytes:
    return five_files[POPULATIONS].read_bytes()


def bring(space: Path, url: str, source: str = POPULATIONS, patience: Patience = HASTY, **more):
    file = more.pop("file", "donnees_communes.csv")
    address = Address(url, file, otherwise=more.pop("otherwise", ()))
    (receipt,) = download(
        space, [source], Area(), addresses={source: [address]}, patience=patience, **more
    )
    return receipt


def received(space: Path, source: str = POPULATIONS) -> bytes:
    (name,) = read_provenance(space / source)
    return (space / source / name).read_bytes()


def plain(text: str) -> str:
    """A French text with ordinary blanks."""
    return re.sub(r"[\u202f\u00a0]", " ", text)


def snapshot(space: Path) -> dict[str, bytes]:
    """What a space holds, but for what is still arriving."""
    return {
        path.relative_to(space).as_posix(): path.read_bytes()
        for path in space.rglob("*")
        if path.is_file() and not path.relative_to(space).parts[0].startswith(".")
    }


# --- what goes well


def test_the_five_communes_come_whole(site, space, five_files):
    addresses = {
        name: [Address(site.publish(f"/{path.name}", path.read_bytes()), path.name)]
        for name, path in five_files.items()
    }
    receipts = download(space, list(addresses), addresses=addresses, patience=HASTY)
    assert [receipt.result for receipt in receipts] == [Result.ADDED] * len(five_files)
    assert list(Space.open(space).states) == [receipt.source_id for receipt in receipts]
    (record,) = read_provenance(space / POPULATIONS).values()
    content = five_files[POPULATIONS].read_bytes()
    assert record.adresse == addresses[POPULATIONS][0].url
    assert record.sha256 == hashlib.sha256(content).hexdigest()
    told = {receipt.source_id: receipt for receipt in receipts}[POPULATIONS]
    assert (told.size, told.sha256) == (len(content), record.sha256)
    assert not list((space / ".telechargements").glob("*/")), "nothing is left of what arrived"


def test_the_real_files_come_whole(site, space):
    """The national files as published, one within an archive, one over a bad line."""
    if not SHARED.is_dir():
        pytest.skip("the real files of ../shared are not on this machine")
    real = SHARED / "real"
    incomes = (real / "insee/cc_filosofi_2021_COM.csv").read_bytes()
    people = real / "insee/donnees_communes.csv"
    packed = space.parent / "ensemble.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(people, people.name)
        archive.writestr("lisez-moi.txt", "un texte sans donnée")
    cuts = [cut_after(700_000)] * 2
    addresses = {
        "insee_filosofi": [Address(site.publish("/filosofi", incomes, *cuts), "filosofi.csv")],
        POPULATIONS: [Address(site.publish("/ensemble", packed.read_bytes()), "ensemble.zip")],
        "cog": [
            Address(site.publish(f"/{name}", (real / "cog" / name).read_bytes()), name)
            for name in ("v_departement_2024.csv", "v_region_2024.csv")
        ],
    }
    receipts = download(space, list(addresses), addresses=addresses, patience=HASTY)
    assert [receipt.result for receipt in receipts] == [Result.ADDED] * 4
    rows = {receipt.source_id: receipt.receipts[0].rows for receipt in receipts}
    # Rows counted on the files (FORMATS §1).
    assert rows == {"cog": 18, POPULATIONS: 34_970, "insee_filosofi": 34_909}
    assert received(space, "insee_filosofi") == incomes
    # The archive's own address is that of the file that it held.
    (record,) = read_provenance(space / POPULATIONS).values()
    assert (record.nom, record.adresse) == (people.name, addresses[POPULATIONS][0].url)
    assert "34 970 lignes" in plain(report(receipts, space))


def test_the_same_version_is_not_fetched_twice(site, space, populations):
    url = site.publish("/p", populations)
    assert bring(space, url).result is Result.ADDED
    before = snapshot(space)
    assert bring(space, url).result is Result.UNCHANGED
    assert site.seen[-1].headers["if-none-match"] == site.files["/p"].mark
    assert snapshot(space) == before
    site.files["/p"].content = newer = populations.replace(b"Ajaccio", b"Ajacciu")
    assert bring(space, url).result is Result.ADDED
    assert newer in snapshot(space).values()
    # A file that a user removed is fetched again, whatever was noted of it.
    for path in (space / POPULATIONS).glob("*.csv"):
        path.unlink()
    assert bring(space, url).result is Result.ADDED


def test_progress_tells_size_and_time_left(site, space, populations):
    half = len(populations) // 2
    url = site.publish("/p", populations, drip(half, 1.05))
    told: list[Advance] = []
    assert bring(space, url, patience=Patience(), progress=told.append).result is Result.ADDED
    arriving = [step for step in told if step.stage is Stage.RECEIVING]
    assert {step.size for step in arriving} == {len(populations)}
    assert [step.received for step in arriving] == sorted(step.received for step in arriving)
    last = arriving[-1]
    assert (last.received, last.number, last.count) == (len(populations), 1, 1)
    known = [step for step in arriving if step.seconds_left is not None]
    assert known
    assert all(0 <= step.seconds_left < 10 for step in known)
    assert told[-1].stage is Stage.CHECKING
    shown = Advance(Stage.RECEIVING, "", "", 1, 2, 1_200_000, 3_400_000, 5.0).words
    assert plain(shown) == "1,2 Mo sur 3,4 Mo, encore 5 s"
    shown = Advance(Stage.WAITING, "", "", 1, 2, 500, None, 130.0).words
    assert plain(shown) == "500 o, nouvel essai dans 2 min"


# --- what is cut, late, or moved


def test_a_cut_is_resumed_where_it_was(site, space, populations):
    first, second = len(populations) // 3, len(populations) // 4
    url = site.publish("/p", populations, cut_after(first), cut_after(second))
    assert bring(space, url).result is Result.ADDED
    assert site.ranges("/p") == [None, f"bytes={first}-", f"bytes={first + second}-"]
    assert site.seen[-1].headers["if-range"] == site.files["/p"].mark
    assert received(space) == populations


def test_what_arrived_serves_the_next_call(site, space, populations):
    size = len(populations) // 2
    url = site.publish("/p", populations, cut_after(size), *[fail_with(503)] * 2)
    assert bring(space, url).failed
    assert not Space.open(space).states
    assert not (space / "espace.toml").exists(), "no space is made of what did not arrive"
    assert bring(space, url).result is Result.ADDED
    assert site.ranges("/p")[-1] == f"bytes={size}-"
    assert received(space) == populations


@pytest.mark.parametrize(
    "marks", [{}, {"careful": False}, {"etag": None}, {"etag": 'W/"1"', "date": None}]
)
def test_a_changed_file_starts_again(site, space, populations, marks):
    newer = populations.replace(b"Ajaccio", b"Ajacciu")
    cut = populations.index(b"Ajaccio") + 20
    later = {"date": "Thu, 16 Nov 2023 00:00:00 GMT"}
    if marks.get("etag"):
        later = {"etag": 'W/"2"'}
    url = site.publish("/p", populations, cut_after(cut), instead(newer, **later), **marks)
    assert bring(space, url).result is Result.ADDED
    assert received(space) == newer


def test_without_marks_nothing_is_resumed(site, space, populations):
    url = site.publish("/p", populations, cut_after(150), etag=None, date=None)
    assert bring(space, url).result is Result.ADDED
    assert site.ranges("/p") == [None, None]
    assert received(space) == populations


def test_a_site_that_sends_ranges_in_slices(site, space, populations):
    third = len(populations) // 3 + 1
    url = site.publish("/p", populations, cut_after(third), slices=third)
    assert bring(space, url).result is Result.ADDED
    assert site.ranges("/p") == [None, f"bytes={third}-", f"bytes={2 * third}-"]
    assert received(space) == populations


def test_a_site_that_knows_no_range(site, space, populations):
    url = site.publish("/p", populations, cut_after(150), ranges=False)
    assert bring(space, url).result is Result.ADDED
    assert received(space) == populations


def test_silence_and_dripping_are_resumed(site, space, populations):
    url = site.publish("/p", populations, fall_silent(100, 1.0), drip(5, 0.05))
    assert bring(space, url).result is Result.ADDED
    assert site.ranges("/p")[1] == "bytes=100-"
    assert len(site.ranges("/p")) == 3, "a site that drips is left, then asked again"
    assert received(space) == populations


def test_slow_but_steady_bytes_are_waited_for(site, space, populations):
    url = site.publish("/p", populations, drip(len(populations) // 6, 0.15))
    patient = replace(HASTY, read=10, slowest=50)
    assert bring(space, url, patience=patient).result is Result.ADDED
    assert len(site.seen) == 1


def test_a_busy_site_is_asked_again_when_it_says(site, space, populations):
    url = site.publish("/p", populations, fail_with(503), fail_with(429, Retry_After="1"))
    told: list[Advance] = []
    begun = time.monotonic()
    assert bring(space, url, progress=told.append).result is Result.ADDED
    assert time.monotonic() - begun >= 1
    waits = [step.seconds_left for step in told if step.stage is Stage.WAITING]
    assert waits[0] <= 0.015
    assert waits[1] == 1.0


def test_a_site_that_asks_for_an_hour_is_left(site, space, populations):
    url = site.publish("/p", populations, fail_with(503, Retry_After="3600"))
    assert "revenez dans 61 minutes" in bring(space, url).reason
    assert len(site.seen) == 1


def test_attempts_are_bounded(site, space, populations):
    url = site.publish("/p", populations, *[fail_with(500)] * 9)
    receipt = bring(space, url)
    assert receipt.failed
    assert "panne ou en maintenance (500)" in receipt.reason
    assert len(site.seen) == HASTY.attempts
    assert not space.exists()


def test_another_address_of_the_same_file(site, space, populations):
    url = site.publish("/p", populations)
    receipt = bring(space, f"{url}-ancien", otherwise=(url,))
    assert receipt.result is Result.ADDED
    (record,) = read_provenance(space / POPULATIONS).values()
    assert record.adresse == url


# --- what is refused


@pytest.mark.parametrize(
    ("misdeed", "words"),
    [
        (fail_with(404), "n'existe pas ou n'existe plus (404)"),
        (fail_with(403), "refuse l'accès (403)"),
        (fail_with(407), "votre proxy demande un identifiant"),
        (web_page, "page web (HTML) au lieu des données"),
    ],
)
def test_a_refusal_is_told_at_once(site, space, populations, misdeed, words):
    receipt = bring(space, site.publish("/p", populations, misdeed))
    assert receipt.failed
    assert words in receipt.reason
    assert len(site.seen) == 1
    assert not space.exists(), "a space that did not exist still does not"


def test_a_page_does_not_undo_what_had_arrived(site, space, populations):
    url = site.publish("/p", populations, cut_after(150), web_page)
    assert bring(space, url).failed
    assert bring(space, url).result is Result.ADDED
    assert site.ranges("/p") == [None, "bytes=150-", "bytes=150-"]


def test_a_page_that_calls_itself_data_is_refused(site, space):
    page = b"\n  <!doctype html><html><body>Maintenance</body></html>"
    assert "page web (HTML)" in bring(space, site.publish("/p", page, kind="text/csv")).reason
    assert not space.exists()


def test_a_file_shorter_than_announced_is_resumed_then_refused(site, space, populations):
    url = site.publish("/p", populations, length=len(populations) + 50)
    receipt = bring(space, url)
    assert receipt.failed
    assert f"bytes={len(populations)}-" in site.ranges("/p"), "the rest was asked for"
    assert not space.exists() or not (space / POPULATIONS).exists()


def test_a_file_of_no_announced_length(site, space, populations):
    receipt = bring(space, site.publish("/p", populations, length=-1))
    assert receipt.result is Result.ADDED
    assert received(space) == populations


def test_a_damaged_workbook_is_asked_again(site, space, five_files):
    """Without an announced length a cut does not show: the content must tell."""
    whole = five_files["drees_apl"].read_bytes()
    url = site.publish("/apl", whole[: len(whole) // 2], length=-1)
    site.files["/apl"].misdeeds = [drip(10**9, 0), instead(whole)]
    receipt = bring(space, url, "drees_apl", file="apl.xlsx")
    assert receipt.result is Result.ADDED
    assert received(space, "drees_apl") == whole


def test_too_large_is_refused_before_and_during(site, space, populations):
    narrow = replace(HASTY, maximum_size=200)
    announced = bring(space, site.publish("/p", populations, length=5 * 10**9))
    silent = bring(space, site.publish("/q", populations, length=-1), patience=narrow)
    for receipt in (announced, silent):
        assert receipt.failed
        assert "trop gros" in receipt.reason
    assert not space.exists()


def test_a_full_disk_is_told_before(site, space, populations, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
    receipt = bring(space, site.publish("/p", populations))
    assert "manque de place sur le disque" in receipt.reason
    assert "100 o libres" in plain(receipt.reason)
    assert not space.exists()


def test_packed_bytes_are_unpacked(site, space, populations):
    """Some sites compress whatever one asks."""

    def pack(handler, file):
        body = gzip.compress(file.content)
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    assert bring(space, site.publish("/p", populations, pack)).result is Result.ADDED
    assert received(space) == populations
    assert [request.headers["accept-encoding"] for request in site.seen] == ["identity"]


def test_a_packed_file_is_not_asked_twice(site, space):
    receipt = bring(space, site.publish("/p", b"7z\xbc\xaf\x27\x1c" + b"." * 50, length=-1))
    assert "archive 7z" in receipt.reason
    assert len(site.seen) == 1


def test_the_wrong_file_is_refused_with_its_faults(site, space, populations, five_files):
    wrong = bring(space, site.publish("/p", b"code;valeur\n1;2\n"))
    assert wrong.failed
    assert not wrong.receipts[0].accepted
    assert "un en-tête inconnu" in report([wrong], space)
    assert not space.exists()
    other = bring(space, site.publish("/q", five_files["insee_filosofi"].read_bytes()))
    assert other.failed
    assert "autre source (insee_filosofi)" in other.reason


def test_a_redirection_is_followed_and_a_loop_is_not(site, space, populations):
    url = site.publish("/p", populations)
    moved = site.publish("/moved", b"", send_to(url))
    loop = site.publish("/loop", b"")
    site.files["/loop"].misdeeds = [send_to(loop)] * 20
    assert bring(space, moved).result is Result.ADDED
    assert "sans fin" in bring(space, loop).reason


def test_one_failure_stops_no_other(site, space, five_files):
    paths = {name: f"/{name}" for name in ("table_appartenance", POPULATIONS, "insee_filosofi")}
    addresses = {
        name: [Address(site.publish(path, five_files[name].read_bytes()), f"{name}.csv")]
        for name, path in paths.items()
    }
    site.files[paths[POPULATIONS]].misdeeds = [fail_with(404)]
    receipts = download(space, list(addresses), addresses=addresses, patience=HASTY)
    found = {receipt.source_id: receipt.result for receipt in receipts}
    assert found.pop(POPULATIONS) is Result.FAILED
    assert set(found.values()) == {Result.ADDED}
    (errand,) = errands(receipts)
    assert errand.urls == (addresses[POPULATIONS][0].url,)
    assert errand.landing_page == sources.MODULES[POPULATIONS].SOURCE.landing_page
    text = report(receipts, Path("espaces/Val d'Oise"))
    assert plain(text).splitlines()[0] == "2 fichiers ajoutés et 1 échec."
    assert "À récupérer vous-même" in text
    assert "page «" in text
    assert text.endswith("--espace 'espaces/Val d'\"'\"'Oise' FICHIER [FICHIER…]")


def test_a_good_space_survives_a_bad_download(site, space, populations):
    assert bring(space, site.publish("/p", populations)).result is Result.ADDED
    before = snapshot(space)
    for misdeed in (fail_with(404), web_page):
        bring(space, site.publish("/q", populations, misdeed))
    bring(space, site.publish("/r", b"code;valeur\n1;2\n"))
    assert snapshot(space) == before


def test_two_downloads_do_not_share_a_space(site, space, populations):
    url = site.publish("/p", populations)
    refused: list[str] = []

    def second(_: Advance) -> None:
        if not refused:
            with pytest.raises(DownloadRefusedError) as caught:
                bring(space, url)
            refused.append(str(caught.value))

    assert bring(space, url, progress=second).result is Result.ADDED
    assert "Un autre téléchargement est en cours" in refused[0]
    assert received(space) == populations


def test_a_fictitious_space_takes_no_real_file(site, populations, tmp_path):
    copy = tmp_path / "demonstration"
    copy.mkdir()
    (copy / "espace.toml").write_bytes((DEMONSTRATION / "espace.toml").read_bytes())
    with pytest.raises(DownloadRefusedError, match="fictif"):
        bring(copy, site.publish("/p", populations))
    assert not site.seen


# --- proxies, certificates, no network


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_proxy_of_the_machine_is_used(site, space, populations, monkeypatch):
    """Names are the proxy's to look up: the guard of the tests forbids it here."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{site.server_port}")
    site.publish("http://donnees.exemple.fr/p", populations)
    assert bring(space, "http://donnees.exemple.fr/p").result is Result.ADDED
    assert site.seen[-1].path == "http://donnees.exemple.fr/p"


def test_no_proxy_is_honoured(site, space, populations, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert bring(space, site.publish("/p", populations)).result is Result.ADDED


def test_a_proxy_that_cannot_be_used_is_told(space, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(DownloadRefusedError, match="HTTPS_PROXY"):
        bring(space, "http://127.0.0.1:1/p")
    assert not space.exists()


def test_offline_is_told_once_with_the_list_of_files(space):
    port = closed_port()
    hosts = ("127.0.0.1", "localhost", "[::1]")
    addresses = {
        name: [Address(f"http://{host}:{port}/{name}", f"{name}.csv")]
        for name, host in zip(("cog", POPULATIONS, "insee_filosofi"), hosts, strict=True)
    } | {"cpts_liste": [Address("", "liste des CPTS", note="Demandez-la à votre ARS.")]}
    receipts = download(space, list(addresses), addresses=addresses, patience=HASTY)
    assert is_offline(receipts)
    assert "pas été essayé" in receipts[2].reason, "two silent sites are enough"
    text = report(receipts, space)
    assert text.count("Aucune connexion à Internet") == 1
    assert all(found[0].url in text for found in addresses.values())
    assert "Demandez-la à votre ARS." in text
    assert "HTTPS_PROXY" in text
    assert "python -m cpts_data ajouter" in text
    assert not space.exists()


def certificate_of(folder: Path) -> Path:
    words = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    words += ["-addext", "subjectAltName=IP:127.0.0.1"]
    words += ["-keyout", "cle.pem", "-out", "certificat.pem"]
    try:
        subprocess.run(
            ["openssl", *words],
            cwd=folder,
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl, which makes a certificate for the test, is not on this machine")
    both = folder / "serveur.pem"
    both.write_bytes(b"".join((folder / n).read_bytes() for n in ("cle.pem", "certificat.pem")))
    return both


def test_certificates(site, space, populations, tmp_path, monkeypatch):
    both = certificate_of(tmp_path)
    with open_site(str(both)) as safe:
        url = safe.publish("/p", populations)
        unknown = bring(space, url)
        assert unknown.failed
        assert "SSL_CERT_FILE" in unknown.reason
        assert not unknown.unreachable, "a site with an odd certificate is no missing network"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificat.pem"))
        plain = site.publish("/p", populations)
        downgraded = bring(space, safe.publish("/moved", b"", send_to(plain)))
        assert downgraded.failed
        assert "non protégée" in downgraded.reason
        assert bring(space, url).result is Result.ADDED


# --- power cuts

SLOW_CALL = """
import sys
from pathlib import Path
from cpts_data.contracts import Address
from cpts_data.download import Area, download
space, url = sys.argv[1:]
address = Address(url, "donnees_communes.csv")
download(Path(space), ["populations_legales"], Area(), addresses={"populations_legales": [address]})
"""


def test_killed_at_any_instant_then_resumed(site, space, populations):
    step = len(populations) // 30
    url = site.publish("/p", populations, drip(step, 0.25), drip(step, 0.25))
    held = 0
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", SLOW_CALL, str(space), url],
            cwd=Path(__file__).resolve().parents[1],
            env={key: value for key, value in os.environ.items() if key.upper() not in PROXIES},
        )
        try:
            part = wait_for_bytes(space, held + 2 * step)
        finally:
            process.kill()
            process.wait(10)
        held = part.stat().st_size
        assert not snapshot(space), "the space is as it was"
    assert bring(space, url).result is Result.ADDED
    ranges = site.ranges("/p")
    starts = [int(found[6:-1]) if found else 0 for found in ranges]
    assert len(starts) == 3
    assert starts[0] == 0 < starts[1] < starts[2]
    assert received(space) == populations


def wait_for_bytes(space: Path, size: int) -> Path:
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        for part in space.glob(".telechargements/*/contenu.part"):
            if part.stat().st_size >= size:
                return part
        time.sleep(0.02)
    raise AssertionError("nothing arrived")


def test_stopped_before_it_was_added(site, space, populations, monkeypatch):
    """What had arrived whole is not fetched again."""

    def stop(advance: Advance) -> None:
        if advance.stage is Stage.CHECKING:
            raise KeyboardInterrupt

    url = site.publish("/p", populations)
    with pytest.raises(KeyboardInterrupt):
        bring(space, url, progress=stop)
    assert not snapshot(space)
    assert bring(space, url).result is Result.ADDED
    assert site.ranges("/p") == [None, f"bytes={len(populations)}-"]


# --- what is asked for


def test_a_region_is_its_departements():
    per_departement = Address("https://a/{departement}", "c_{departement}.json", per="departement")
    whole = Address("https://a/france", "france.json")
    told = {"contours_communes": [per_departement, whole]}

    def urls(area: Area) -> list[str]:
        return [w.address.url for w in wanted_files(["contours_communes"], area, told)]

    assert urls(Area.of_departements(["13", "2a", "1", "13"])) == [
        "https://a/13",
        "https://a/2A",
        "https://a/01",
    ]
    assert urls(Area.of_regions(["94"])) == ["https://a/2A", "https://a/2B"]
    assert urls(Area.france()) == ["https://a/france"]
    only = {"contours_communes": [per_departement]}
    found = wanted_files(["contours_communes"], Area.france(), only)
    assert len(found) == len(reference.departements()) == 101
    by_region = {"cog": [Address("https://b/{region}", "{region}.csv", per="region")]}
    found = wanted_files(["cog"], Area.of_departements(["13", "84", "2A"]), by_region)
    assert [w.address.file for w in found] == ["93.csv", "94.csv"]


@pytest.mark.parametrize("make", [Area.of_departements, Area.of_regions])
def test_unknown_codes_are_refused_with_the_valid_ones(make):
    with pytest.raises(DownloadRefusedError) as caught:
        make(["99", "20", "93"])
    assert "99 et 20" in str(caught.value)
    assert "93 (" in str(caught.value)
    with pytest.raises(DownloadRefusedError):
        make([])


def test_unknown_sources_are_refused():
    with pytest.raises(DownloadRefusedError, match="cpts_liste"):
        wanted_files(["toto"], Area())


def test_a_7z_archive_is_for_a_person(site, space):
    address = Address(site.publish("/sae", b"7z"), "sae.7z", note="À décompresser.")
    (receipt,) = download(space, ["cog"], addresses={"cog": [address]}, patience=HASTY)
    assert receipt.result is Result.BY_HAND
    assert not receipt.failed
    assert "À décompresser." in report([receipt], space)
    assert not site.seen
    assert not space.exists()


def test_the_catalogue_tells_sound_addresses():
    told = [
        (name, address)
        for name, module in sources.MODULES.items()
        for address in module.SOURCE.addresses
    ]
    assert told
    for name, address in told:
        source = sources.MODULES[name].SOURCE
        assert address.per in ("france", "departement", "region"), name
        assert address.file, name
        assert address.landing_page or source.landing_page or address.note, name
        assert not address.reached, "no address was ever reached from where this was written"
        for url in filter(None, (address.url, address.landing_page, *address.otherwise)):
            assert url.startswith("https://"), url
        assert ("{" in address.url) == (address.per != "france"), name
        filled = address.of("2A")
        assert "{" not in filled.url + filled.file


# --- the command line


def run(capsys, *words: str) -> tuple[int, str]:
    code = command_line.main(["telecharger", *words])
    return code, capsys.readouterr().err


def test_the_command_adds_and_says_so(site, space, populations, capsys, monkeypatch):
    module = sources.MODULES[POPULATIONS]
    address = Address(site.publish("/p", populations), "donnees_communes.csv")
    monkeypatch.setattr(module, "SOURCE", replace(module.SOURCE, addresses=(address,)))
    words = ["--espace", str(space), "--departement", "13", "84", "--source", POPULATIONS]
    code, told = run(capsys, *words)
    assert code == 0
    assert "AJOUTÉ" in told
    assert received(space) == populations
    code, told = run(capsys, *words)
    assert code == 0
    assert "INCHANGÉ" in told
    site.files["/p"].misdeeds = [fail_with(404)]
    code, told = run(capsys, *words)
    assert code == 2
    assert "(404)" in told
    assert address.url in told


def test_the_command_offline(space, capsys, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setattr(command_line, "download", hasty_download)
    code, told = run(capsys, "--espace", str(space), "--region", "93")
    assert code == 2
    assert "Aucune connexion à Internet" in told
    assert "https://geo.api.gouv.fr/communes?codeDepartement=84&" in told
    assert "demandez-la à la vôtre" in told
    assert not space.exists()


def test_the_command_shows_a_bar_to_a_person(site, space, populations, capsys, monkeypatch):
    module, screen = sources.MODULES[POPULATIONS], io.StringIO()
    address = Address(site.publish("/p", populations), "donnees_communes.csv")
    monkeypatch.setattr(module, "SOURCE", replace(module.SOURCE, addresses=(address,)))
    terminal = Console(file=screen, force_terminal=True, width=150)
    monkeypatch.setattr(command_line, "console", lambda: terminal)
    code, _ = run(capsys, "--espace", str(space), "--france", "--source", POPULATIONS)
    assert code == 0
    assert "1/1 Populations légales des communes" in plain(screen.getvalue())


def hasty_download(*arguments, **named):
    return download(*arguments, patience=HASTY, **named)


def test_the_command_refuses_what_it_does_not_know(space, capsys):
    code, told = run(capsys, "--espace", str(space), "--departement", "13", "99")
    assert code == 2
    assert "99" in told
    assert "13 (Bouches-du-Rhône)" in told
    code, told = run(capsys, "--espace", str(space), "--france", "--source", "toto")
    assert code == 2
    assert "populations_legales" in told
    for words in (["--region", "93", "--france"], []):
        with pytest.raises(SystemExit) as left:
            command_line.main(["telecharger", "--espace", str(space), *words])
        assert left.value.code == 2
    code, told = run(capsys, "--espace", str(space), "--france", "--source", "cpts_liste")
    assert code == 2, "what was asked by name is not there"
    assert "ARS" in told
    assert not space.exists()


def test_provenance_is_readable_by_all(site, space, populations):
    bring(space, site.publish("/p", populations))
    told = tomllib.loads((space / POPULATIONS / "provenance.toml").read_text("utf-8"))
    assert {"nom", "adresse", "sha256", "licence"} <= set(told["fichier"][0])


def test_the_site_of_these_tests_keeps_the_standard(site, populations):
    """The site that misbehaves on demand behaves otherwise."""
    url = site.publish("/p", populations)
    part = httpx.get(url, headers={"Range": "bytes=10-"})
    assert (part.status_code, part.content) == (206, populations[10:])
    assert httpx.get(url, headers={"If-None-Match": site.files["/p"].mark}).status_code == 304
    assert isinstance(site, Site)
