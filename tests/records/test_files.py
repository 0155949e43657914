"""Works are carried from one installation to another by a file, and nothing of it is believed."""

import hashlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpts_data.records import (
    MAXIMUM_FILE,
    Action,
    InvalidWorkError,
    Kind,
    Records,
    UnknownRecordError,
)
from cpts_data.records import exchange as exchange_module
from cpts_data.records.importing import MAXIMUM_HISTORY
from tests.records.conftest import scenario


@pytest.fixture
def elsewhere(tmp_path):
    """Another installation, embedded."""
    with Records.open(str(tmp_path / "ailleurs.sqlite"), shared=False) as records:
        yield records


def titles(entries):
    return [entry.title for entry in entries]


def sealed(entry):
    """An entry of a file with the fingerprint that goes with it, made as the format says."""
    rest = {key: value for key, value in entry.items() if key != "empreinte"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return {**rest, "empreinte": hashlib.sha256(text.encode()).hexdigest()}


def document(*entries, **changes):
    told = {"format": "cpts-travaux", "version": 1, "nombre": len(entries), "travaux": entries}
    return json.dumps(told | changes).encode()


def an_entry(number=1, **changes):
    version = {
        "titre": "Un cabinet",
        "contenu": {"medecins": 2},
        "action": "creation",
        "auteur": "Ana",
        "enregistre_le": "2026-01-02T03:04:05+00:00",
    }
    entry = {
        "id": f"{number:032x}",
        "nature": "scenario",
        "espace": "paca",
        "territoire": "apt",
        "rattache_a": "",
        "cree_le": "2026-01-02T04:04:05+01:00",
        "versions": [version],
    }
    return sealed(entry | changes)


def test_a_work_travels_with_its_history_and_without_its_links(records, elsewhere):
    made = scenario(records, author="Ana", content={"texte": "\x00 é \u200f"})
    records.save(made.key, {"medecins": 3}, expected_version=1, title="Deux", author="Bruno")
    file = records.export_work([made.key])
    assert made.edit_token.encode() not in file
    assert made.read_token.encode() not in file
    report = elsewhere.import_work(file, author="Chloé")
    (come,) = report.created
    assert (report.refused, report.already, report.copied, report.advanced) == ([], [], [], [])
    assert (come.id, come.title, come.version, come.author) == (made.id, "Deux", 3, "Chloé")
    assert come.created_at == made.created_at
    assert elsewhere.read(come.edit_token).content == {"medecins": 3}
    told = [(line.action, line.author, line.title) for line in elsewhere.history(come.key)]
    assert told == [
        (Action.IMPORT, "Chloé", "Deux"),
        (Action.SAVE, "Bruno", "Deux"),
        (Action.CREATION, "Ana", "Un cabinet à Apt"),
    ]
    assert elsewhere.restore(come.key, 1).content == made.content
    with pytest.raises(UnknownRecordError):
        elsewhere.read(made.edit_token)


def test_the_same_file_twice_changes_nothing(records, elsewhere):
    scenario(records, "a")
    scenario(records, "b", kind=Kind.CONTRACT)
    file = records.export_work(space="paca")
    assert len(elsewhere.import_work(file).created) == 2
    before = elsewhere.find()
    again = elsewhere.import_work(file)
    assert (len(again.already), again.created, again.copied) == (2, [], [])
    assert elsewhere.find() == before
    assert len(records.import_work(file).already) == 2
    assert records.export_work(space="bretagne").count(b'"nombre":0') == 1


def test_work_done_elsewhere_comes_back(records, elsewhere):
    made = scenario(records, author="Ana")
    elsewhere.import_work(records.export_work())
    there = elsewhere.listing()[0]
    elsewhere.save(there.key, {"medecins": 9}, expected_version=there.version, author="Bruno")
    report = records.import_work(elsewhere.export_work(), author="Ana")
    assert titles(report.advanced) == ["Un cabinet à Apt"]
    now = records.read(made.key)
    assert now.content == {"medecins": 9}
    authors = [(line.action, line.author) for line in records.history(made.key)]
    assert authors[:2] == [(Action.IMPORT, "Ana"), (Action.SAVE, "Bruno")]
    assert authors[-1] == (Action.CREATION, "Ana")
    # And there and back once more, without an echo.
    assert len(elsewhere.import_work(records.export_work()).already) == 1
    assert len(records.import_work(elsewhere.export_work()).already) == 1


def test_an_older_file_does_not_take_the_work_back(records):
    made = scenario(records)
    old = records.export_work()
    records.save(made.key, {"medecins": 9}, expected_version=1)
    records.restore(made.key, 1)
    records.save(made.key, {"medecins": 8}, expected_version=3)
    assert len(records.import_work(old).already) == 1
    assert records.read(made.key).content == {"medecins": 8}


def test_work_changed_on_both_sides_comes_in_beside(records, elsewhere):
    made = scenario(records, "x" * 200)
    elsewhere.import_work(records.export_work())
    there = elsewhere.listing()[0]
    elsewhere.save(there.key, {"medecins": 9}, expected_version=there.version)
    records.save(made.key, {"medecins": 5}, expected_version=1)
    file = elsewhere.export_work()
    (copy,) = records.import_work(file).copied
    assert copy.id != made.id
    assert copy.title == "x" * 183 + " (copie importée)"
    assert records.read(copy.key).content == {"medecins": 9}
    assert records.read(made.key).content == {"medecins": 5}
    assert len(records.import_work(file).already) == 1
    assert len(records.listing()) == 2


def test_a_deleted_work_comes_back_from_its_file(records):
    made = scenario(records)
    file = records.export_work()
    records.delete(made.key)
    assert len(records.import_work(file).advanced) == 1
    assert records.read(made.key).content == made.content
    assert not records.read(made.key).deleted


def test_what_is_attached_travels_with_its_work(records, elsewhere):
    made = scenario(records)
    scenario(records, "suivi", kind=Kind.FOLLOW_UP, attached_to=made.key, content={"n": 1})
    scenario(records, "autre")
    file = records.export_work([made.read_token])
    report = elsewhere.import_work(file)
    assert sorted(titles(report.created)) == ["Un cabinet à Apt", "suivi"]
    (suivi,) = elsewhere.attached(made.id)
    assert suivi.content == {"n": 1}
    # Parted on both sides: the copy keeps a copy of what is attached to it.
    elsewhere.save(made.id, {"a": 1}, expected_version=2)
    records.save(made.key, {"a": 2}, expected_version=1)
    parted = elsewhere.import_work(records.export_work([made.key]))
    assert sorted(titles(parted.copied)) == ["Un cabinet à Apt (copie importée)", "suivi"]
    copy = next(entry for entry in parted.copied if not entry.attached_to)
    assert [one.content for one in elsewhere.attached(copy.key)] == [{"n": 1}]
    assert len(elsewhere.attached(made.id)) == 1
    again = elsewhere.import_work(records.export_work([made.key]))
    assert (len(again.already), again.copied) == (2, [])


def test_what_was_attached_to_a_work_left_behind_stands_alone(records):
    report = records.import_work(document(an_entry(rattache_a="f" * 32)))
    assert [entry.attached_to for entry in report.created] == [""]


def test_a_file_gives_no_right_on_somebody_else_s_work(shared_records):
    made = scenario(shared_records, identity="ana@ars.fr")
    file = shared_records.export_work([made.key], identity="ana@ars.fr")
    for identity in ("bruno@ars.fr", ""):
        (copy,) = shared_records.import_work(file, identity=identity).copied
        assert copy.id != made.id
        assert copy.editable
        shared_records.save(copy.edit_token, {}, expected_version=copy.version)
    assert shared_records.read(made.edit_token).content == made.content
    assert shared_records.listing("ana@ars.fr")[0].id == made.id
    assert len(shared_records.listing("bruno@ars.fr")) == 1
    # Nor does a file attach anything to it.
    stranger = document(an_entry(rattache_a=made.id))
    (alone,) = shared_records.import_work(stranger, identity="bruno@ars.fr").created
    assert alone.attached_to == ""
    assert shared_records.attached(made.edit_token) == []


def test_a_file_made_by_hand_as_the_format_says_is_taken_in(records):
    report = records.import_work(document(an_entry()))
    (come,) = report.created
    assert (come.kind, come.space, come.territory) == (Kind.SCENARIO, "paca", "apt")
    assert come.created_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert records.read(come.key).content == {"medecins": 2}


def test_the_good_works_of_a_damaged_file_come_in_and_the_others_are_told(records):
    wrong = {
        "titre": "t" * 201,
        "contenu": {"a": "x"},
        "action": "piratage",
        "auteur": "y" * 81,
        "enregistre_le": "hier",
    }
    changed = an_entry(3) | {"espace": "bretagne"}
    report = records.import_work(
        document(
            an_entry(1),
            an_entry(2, nature="virus", id="../../etc", cree_le="2026", versions=[wrong, 3]),
            changed,
            "pas un travail",
            an_entry(1),
            an_entry(4, versions=[]),
            an_entry(5, espace=None),
            an_entry(6),
            nombre=11,
        )
    )
    assert sorted(entry.id for entry in report.created) == [f"{1:032x}", f"{6:032x}"]
    told = [[(flaw.place, flaw.found) for flaw in one.flaws] for one in report.refused]
    assert told[0] == [
        ("travail n° 2, nature", "une valeur inconnue"),
        ("travail n° 2, identifiant", "une autre forme"),
        ("travail n° 2, date de création", "une date illisible"),
        ("travail n° 2, version 1, action", "une valeur inconnue"),
        ("travail n° 2, version 1, date", "une date illisible"),
        ("travail n° 2, version 1, titre", "201\u00a0caractères"),
        ("travail n° 2, version 1, auteur", "81\u00a0caractères"),
        ("travail n° 2, version 2", "autre chose qu'une version"),
    ]
    assert told[1] == [("travail n° 3", "une empreinte qui ne correspond pas au contenu")]
    assert told[2] == [("travail n° 4", "autre chose qu'un travail")]
    assert told[3] == [("travail n° 5", "un travail déjà lu dans ce fichier")]
    assert [flaws[0][0] for flaws in told[4:6]] == [
        "travail n° 6, versions",
        "travail n° 7, espace",
    ]
    assert told[6] == [("fichier", "3\u00a0travaux manquent")]
    assert report.refused[1].title == "Un cabinet"


@pytest.mark.parametrize(
    ("file", "found"),
    [
        (b"", "JSON entier"),
        (b"\xff\xfe\x00", "JSON entier"),
        (document(an_entry())[:-20], "JSON entier"),
        (b"[" * 200_000, "JSON entier"),
        (b'{"format": NaN}', "JSON entier"),
        (b'{"format": "cpts-travaux", "version": ' + b"9" * 5000 + b"}", "JSON entier"),
        (b"[]", "un autre fichier"),
        (b'{"type": "FeatureCollection"}', "un autre fichier"),
        (document(version=2), "plus récent"),
        (document(version="1"), "plus récent"),
        (document(travaux={"a": 1}), "aucune liste"),
        (document(travaux=[0] * 5001), r"5\s001\stravaux"),
    ],
)
def test_another_file_is_refused_in_words(file, found):
    with pytest.raises(InvalidWorkError, match=found):
        exchange_module.read_file(file)


def test_a_file_too_large_is_not_even_read(records, monkeypatch):
    monkeypatch.setattr(exchange_module, "MAXIMUM_FILE", 1000)
    with pytest.raises(InvalidWorkError, match=r"1,0\sko"):
        records.import_work(b" " * 1001)
    assert MAXIMUM_FILE == 64_000_000


def test_an_export_too_large_leaves_the_past_behind_then_refuses(records, elsewhere, monkeypatch):
    made = scenario(records, content={"texte": "a" * 3000})
    for version in range(1, 4):
        records.save(made.key, {"texte": str(version) * 3000}, expected_version=version)
    monkeypatch.setattr(exchange_module, "MAXIMUM_FILE", 6000)
    (come,) = elsewhere.import_work(records.export_work()).created
    assert elsewhere.read(come.key).content == {"texte": "3" * 3000}
    assert len(elsewhere.history(come.key)) == 2
    monkeypatch.setattr(exchange_module, "MAXIMUM_FILE", 3000)
    with pytest.raises(InvalidWorkError, match="plusieurs fichiers"):
        records.export_work()


def test_a_long_history_is_cut_at_its_oldest_end(records, monkeypatch):
    made = scenario(records)
    for version in range(1, 10):
        records.save(made.key, {"n": version}, expected_version=version)
    monkeypatch.setattr("cpts_data.records.importing.MAXIMUM_HISTORY", 30)
    (work,) = json.loads(records.export_work())["travaux"]
    # Contents of 7 bytes: four of them hold in 30.
    assert [one["contenu"]["n"] for one in work["versions"]] == [6, 7, 8, 9]
    assert MAXIMUM_HISTORY == 16_000_000


def test_what_a_file_holds_is_never_run(records):
    nasty = "<script>alert(1)</script>'; DROP TABLE cpts_record; --"
    version = an_entry()["versions"][0] | {"titre": nasty, "contenu": {"__proto__": nasty}}
    (come,) = records.import_work(document(an_entry(versions=[version]))).created
    assert records.read(come.key).content == {"__proto__": nasty}
    assert records.read(come.key).title == nasty
    assert records.listing()[0].id == come.id


small = st.text(max_size=5)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | small,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(small, inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_damage_is_a_refusal_or_a_work(records, data):
    entry = an_entry(data.draw(st.integers(1, 5)))
    target = data.draw(st.sampled_from([entry, entry["versions"][0]]))
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(junk)
    file = document(sealed(entry))
    if data.draw(st.booleans()):
        cut = data.draw(st.integers(0, len(file)))
        file = file[:cut] + data.draw(st.binary(max_size=3)) + file[cut + 1 :]
    try:
        report = records.import_work(file)
    except InvalidWorkError:
        return
    for come in (*report.created, *report.copied, *report.already, *report.advanced):
        assert records.read(come.id).id == come.id
