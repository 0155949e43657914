"""A work is created, saved, found, deleted, brought back; its history tells it all."""

import datetime as dt

import pytest

from cpts_data.records import (
    Action,
    ConflictError,
    InvalidWorkError,
    Kind,
    UnknownRecordError,
    how_long_ago,
)
from tests.records.conftest import scenario


def test_a_work_is_read_as_it_was_written(records):
    before = dt.datetime.now(tz=dt.UTC)
    made = records.create(
        Kind.TERRITORY,
        space="paca",
        territory="cpts-luberon",
        title="  Autour d'Apt\n(essai) ",
        content={"communes": ["84003", "84026"], "remarque": None},
        author="Coordination",
    )
    read = records.read(made.key)
    assert read.content == {"communes": ["84003", "84026"], "remarque": None}
    assert list(read.content) == ["communes", "remarque"]
    assert (read.title, read.author) == ("Autour d'Apt (essai)", "Coordination")
    assert (read.kind, read.space, read.territory) == (Kind.TERRITORY, "paca", "cpts-luberon")
    assert (read.version, read.deleted, read.editable) == (1, False, True)
    assert before <= read.saved_at <= dt.datetime.now(tz=dt.UTC)
    assert read.saved_at.utcoffset() == dt.timedelta(0)


def test_each_save_is_a_version_and_none_is_written_over(records):
    made = scenario(records, author="Ana")
    second = records.save(made.key, {"medecins": 3}, expected_version=1, author="Bruno")
    third = records.save(
        made.key, {"medecins": 4}, expected_version=2, title="Deux cabinets", author="Ana"
    )
    assert (second.version, third.version) == (2, 3)
    assert second.title == "Un cabinet à Apt"
    history = records.history(made.key)
    told = [(line.version, line.title, line.author, line.action) for line in history]
    assert told == [
        (3, "Deux cabinets", "Ana", Action.SAVE),
        (2, "Un cabinet à Apt", "Bruno", Action.SAVE),
        (1, "Un cabinet à Apt", "Ana", Action.CREATION),
    ]
    contents = [records.revision(made.key, line.number).content for line in history]
    assert contents == [{"medecins": 4}, {"medecins": 3}, {"code": "84003", "medecins": 2}]
    assert history[1].size == len('{"medecins":3}')


def test_the_second_of_two_people_is_told_and_loses_nothing(open_records):
    ana, bruno = open_records(shared=False), open_records(shared=False)
    made = scenario(ana)
    ana.save(made.key, {"medecins": 3}, expected_version=1, author="Ana")
    with pytest.raises(ConflictError) as refusal:
        bruno.save(made.key, {"medecins": 5}, expected_version=1, title="Autre", author="Bruno")
    error = refusal.value
    assert error.theirs.content == {"medecins": 3}
    assert error.theirs.version == 2
    assert error.yours == error.unsaved == {"medecins": 5}
    assert "a été modifié par Ana, à l’instant" in str(error)
    draft = bruno.history(made.key)[0]
    assert (draft.is_draft, draft.version, draft.based_on) == (True, 0, 1)
    assert (draft.author, draft.title) == ("Bruno", "Autre")
    assert bruno.revision(made.key, draft.number).content == {"medecins": 5}
    assert ana.read(made.key).content == {"medecins": 3}
    # Bruno has looked at both and keeps his own.
    kept = bruno.restore(made.key, error.draft, expected_version=2, author="Bruno")
    assert (kept.content, kept.title, kept.version) == ({"medecins": 5}, "Autre", 3)


def test_the_same_refused_text_is_one_draft(records):
    made = scenario(records)
    records.save(made.key, {"medecins": 3}, expected_version=1)
    for _ in range(3):
        with pytest.raises(ConflictError):
            records.save(made.key, {"medecins": 5}, expected_version=1)
    assert [line.is_draft for line in records.history(made.key)] == [True, False, False]


def test_saving_what_is_there_already_is_no_conflict_and_no_version(records):
    made = scenario(records)
    saved = records.save(made.key, {"medecins": 3}, expected_version=1)
    again = records.save(made.key, {"medecins": 3}, expected_version=1)
    assert again == records.read(made.key)
    assert again.version == saved.version == 2
    # One and true are not the same text, though Python finds them equal.
    assert records.save(made.key, {"medecins": True}, expected_version=2).version == 3
    assert records.save(made.key, {"medecins": 1}, expected_version=3).version == 4


def test_an_earlier_version_comes_back_as_a_new_one(records):
    made = scenario(records)
    records.save(made.key, {"medecins": 3}, expected_version=1, title="Autre")
    back = records.restore(made.key, 1, author="Ana")
    assert (back.version, back.content) == (3, made.content)
    assert (back.title, back.author) == ("Un cabinet à Apt", "Ana")
    assert records.history(made.key)[0].action is Action.RESTORATION
    with pytest.raises(UnknownRecordError, match="pas dans l’historique"):
        records.restore(made.key, 9)
    with pytest.raises(ConflictError, match="Rien n’a été changé"):
        records.restore(made.key, 2, expected_version=2)
    assert records.read(made.key).version == 3


def test_a_revision_of_another_work_is_not_restored(records):
    mine, other = scenario(records), scenario(records, "Autre")
    line = records.history(other.key)[0]
    with pytest.raises(UnknownRecordError):
        records.restore(mine.key, line)
    with pytest.raises(UnknownRecordError):
        records.revision(mine.key, line.number)


def test_a_deleted_work_comes_back_whole(records):
    made = scenario(records)
    gone = records.delete(made.key, author="Ana")
    assert (gone.deleted, gone.version) == (True, 2)
    assert records.listing() == []
    assert [entry.id for entry in records.listing(deleted=True)] == [made.id]
    assert records.delete(made.key).version == 2
    with pytest.raises(ConflictError, match="supprimé par Ana") as refusal:
        records.save(made.key, {"medecins": 9}, expected_version=2)
    assert refusal.value.draft is not None
    back = records.undelete(made.key)
    assert (back.deleted, back.content, back.version) == (False, made.content, 3)
    assert [entry.id for entry in records.listing()] == [made.id]
    assert records.undelete(made.key).version == 3
    actions = [line.action for line in records.history(made.key) if not line.is_draft]
    assert actions == [Action.RECOVERY, Action.DELETION, Action.CREATION]


def test_deleting_what_somebody_has_just_changed_is_refused(records):
    made = scenario(records)
    records.save(made.key, {"medecins": 3}, expected_version=1)
    with pytest.raises(ConflictError):
        records.delete(made.key, expected_version=1)
    assert not records.read(made.key).deleted


def test_restoring_a_version_of_a_deleted_work_brings_it_back(records):
    made = scenario(records)
    records.save(made.key, {"medecins": 3}, expected_version=1)
    records.delete(made.key)
    assert not records.restore(made.key, 1).deleted


def test_only_a_deleted_work_can_be_erased_and_nothing_of_it_stays(records, base):
    made, other = scenario(records), scenario(records, "Autre")
    comment = scenario(records, "", kind=Kind.COMMENT, attached_to=made.key)
    with pytest.raises(InvalidWorkError, match="supprimez-le d’abord"):
        records.erase(made.key)
    records.delete(made.key)
    records.erase(made.key)
    for key in (made.key, made.read_token, made.edit_token, comment.key):
        with pytest.raises(UnknownRecordError):
            records.read(key)
    assert base.tell("SELECT DISTINCT record_id FROM cpts_revision") == [(other.id,)]
    assert base.tell("SELECT record_id FROM cpts_link") == [(other.id,)]


def test_works_are_found_by_kind_space_and_territory_latest_first(records):
    first = scenario(records, "a", territory="apt")
    second = scenario(records, "b", territory="apt")
    scenario(records, "c", territory="orange")
    scenario(records, "d", territory="apt", space="bretagne")
    scenario(records, "e", territory="apt", kind=Kind.TERRITORY)
    found = records.find(kind=Kind.SCENARIO, space="paca", territory="apt")
    assert [work.title for work in found] == ["b", "a"]
    assert found[0].content == second.content
    records.save(first.key, {}, expected_version=1)
    assert [entry.title for entry in records.listing(territory="apt", limit=2)] == ["a", "e"]
    assert len(records.listing()) == 5
    assert records.find(space="\x00", territory="' OR 1=1 --") == []


def test_what_is_attached_follows_its_work(records):
    made, other = scenario(records), scenario(records, "Autre")
    told = [
        records.create(
            Kind.COMMENT, space="paca", title="", content={"texte": text}, attached_to=made.key
        )
        for text in ("premier", "second")
    ]
    scenario(records, "suivi", kind=Kind.FOLLOW_UP, attached_to=made.key)
    found = records.attached(made.key, kind=Kind.COMMENT)
    assert [comment.content["texte"] for comment in found] == ["premier", "second"]
    assert records.attached(other.key) == []
    records.delete(found[0].key)
    assert [one.id for one in records.attached(made.key, kind=Kind.COMMENT)] == [told[1].id]
    assert [one.id for one in records.attached(made.key, deleted=True)] == [told[0].id]
    records.delete(made.key)
    assert [entry.title for entry in records.listing()] == ["Autre"]
    with pytest.raises(InvalidWorkError, match="principal"):
        records.create(Kind.COMMENT, space="paca", title="", content={}, attached_to=found[1].key)


def test_everything_wrong_is_told_at_once(records):
    with pytest.raises(InvalidWorkError) as refusal:
        records.create(
            Kind.SCENARIO,
            space="",
            title="x" * 201,
            author="y" * 81,
            content={"a": {"b": [1.5, float("nan")]}, 3: "trois"},
        )
    places = [flaw.place for flaw in refusal.value.flaws]
    assert places == [
        "titre",
        "auteur",
        "espace de données",
        "contenu, nom de champ",
        "contenu.a.b[1]",
    ]
    told = " ".join(str(refusal.value).split())
    assert told.startswith("5 anomalies :")
    assert "titre – trouvé : 201 caractères ; attendu : au plus 200. Pour corriger :" in told
    assert refusal.value.unsaved is not None
    assert records.listing() == []


def test_what_cannot_be_saved_leaves_the_work_as_it_was(records):
    made = scenario(records)
    with pytest.raises(InvalidWorkError, match=r"2,1\sMo") as refusal:
        records.save(made.key, {"texte": "é" * 1_050_000}, expected_version=1)
    assert len(refusal.value.unsaved["texte"]) == 1_050_000
    with pytest.raises(InvalidWorkError, match=r"aucun\s; attendu\s: un titre"):
        records.save(made.key, {}, expected_version=1, title=" \t")
    assert records.read(made.edit_token).content == made.content
    assert [line.version for line in records.history(made.key)] == [1]
    assert records.save(made.key, {"texte": "é" * 990_000}, expected_version=1).version == 2


def test_a_comment_has_a_length_and_holds_no_patient(records):
    def comment(text):
        return records.create(Kind.COMMENT, space="paca", title="", content={"texte": text})

    assert comment("a" * 5000).version == 1
    with pytest.raises(InvalidWorkError, match="au plus 5"):
        comment("a" * 5001)
    # A made-up NIR whose key is right: 97 - 1850578006084 % 97 = 91.
    assert 97 - 1850578006084 % 97 == 91
    with pytest.raises(InvalidWorkError, match="sécurité sociale") as refusal:
        comment("Voir 1 85 05 78 006 084 91.")
    assert "006 084" not in str(refusal.value)
    # Decimals of coordinates are no NIR: a territory is not free text.
    scenario(records, kind=Kind.TERRITORY, content={"wkt": "POINT(2.1850578006084 48.8)"})


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (5, "à l'instant"),
        (60 * 3 + 5, "il y a 3\u00a0min"),
        (3600 * 5, "il y a 5\u00a0h"),
        (86400 * 9, "le 13 novembre 2026"),
    ],
)
def test_when_is_told_without_a_clock_time(seconds, told):
    now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    assert how_long_ago(now - dt.timedelta(seconds=seconds), now) == told
