"""A link is the right: to read, to edit, unguessable, revocable; an identity finds its own."""

import hashlib

import pytest

from cpts_data.records import (
    InvalidWorkError,
    Kind,
    ReadOnlyError,
    RecordsError,
    UnknownRecordError,
    identity_from,
)
from tests.records.conftest import scenario


def test_a_link_to_read_reads_and_never_writes(shared_records):
    made = scenario(shared_records)
    seen = shared_records.read(made.read_token)
    assert (seen.content, seen.editable, seen.edit_token) == (made.content, False, "")
    writes = [
        lambda: shared_records.save(made.read_token, {"x": 1}, expected_version=1),
        lambda: shared_records.restore(made.read_token, 1),
        lambda: shared_records.delete(made.read_token),
        lambda: shared_records.undelete(made.read_token),
        lambda: shared_records.erase(made.read_token),
        lambda: shared_records.edit_link(made.read_token),
        lambda: shared_records.revoke_links(made.read_token),
        lambda: scenario(shared_records, attached_to=made.read_token),
    ]
    for write in writes:
        with pytest.raises(ReadOnlyError, match="pas de le modifier"):
            write()
    with pytest.raises(ReadOnlyError) as refusal:
        shared_records.save(made.read_token, {"x": 1}, expected_version=1)
    assert refusal.value.unsaved == {"x": 1}
    assert shared_records.read(made.edit_token) == made


def test_a_link_to_read_reads_only_even_at_home(records):
    made = scenario(records)
    with pytest.raises(ReadOnlyError):
        records.save(made.read_token, {}, expected_version=1)


def test_a_link_to_edit_edits(shared_records):
    made = scenario(shared_records)
    assert made.key == made.edit_token
    saved = shared_records.save(made.edit_token, {"x": 1}, expected_version=1)
    assert (saved.version, saved.key, saved.editable) == (2, made.edit_token, True)


def test_readers_see_neither_drafts_nor_what_was_taken_out(shared_records):
    made = scenario(shared_records, content={"secret": 1})
    shared_records.save(made.key, {}, expected_version=1)
    with pytest.raises(RecordsError):
        shared_records.save(made.key, {"autre": 1}, expected_version=1)
    told = shared_records.history(made.read_token)
    assert [line.version for line in told] == [2, 1]
    assert [line.version for line in shared_records.history(made.key)] == [0, 2, 1]
    with pytest.raises(ReadOnlyError):
        shared_records.revision(made.read_token, told[1].number)
    file = shared_records.export_work([made.read_token])
    assert b"secret" not in file
    assert b"secret" in shared_records.export_work([made.key])


def test_a_deleted_work_is_no_longer_read_by_its_readers(shared_records):
    made = scenario(shared_records)
    comment = scenario(shared_records, "c", kind=Kind.COMMENT, attached_to=made.key)
    shared_records.delete(made.key)
    below = f"{made.read_token}.{comment.id}"
    for read in (
        lambda: shared_records.read(made.read_token),
        lambda: shared_records.history(made.read_token),
        lambda: shared_records.attached(made.read_token),
        lambda: shared_records.read(below),
        lambda: shared_records.export_work([made.read_token]),
    ):
        with pytest.raises(UnknownRecordError, match="supprimé"):
            read()
    assert shared_records.listing(links=[made.read_token], deleted=True) == []
    assert shared_records.read(made.edit_token).deleted
    shared_records.undelete(made.edit_token)
    assert shared_records.read(below).id == comment.id


def test_only_the_hash_of_a_link_to_edit_is_kept(shared_records, base):
    made = scenario(shared_records)
    (row,) = base.tell("SELECT token_hash FROM cpts_link")
    assert row == (hashlib.sha256(made.edit_token.encode()).hexdigest(),)
    tables = ("cpts_record", "cpts_revision", "cpts_link")
    everything = str([base.tell(f"SELECT * FROM {table}") for table in tables])
    assert made.edit_token not in everything
    assert len({scenario(shared_records).edit_token for _ in range(20)}) == 20
    assert len(made.edit_token) == len(made.read_token) == 33  # a letter and 24 bytes


def test_an_id_opens_nothing_in_a_shared_installation(shared_records):
    made = scenario(shared_records, identity="ana@ars.fr")
    for key in (made.id, made.id + "." + made.id, made.read_token + "." + made.id):
        for identity in ("", "bruno@ars.fr", "ANA@ars.fr"):
            with pytest.raises(UnknownRecordError):
                shared_records.read(key, identity=identity)
    assert shared_records.read(made.id, identity="ana@ars.fr").editable


def test_a_wrong_key_opens_nothing(records):
    scenario(records)
    wrong = [
        "",
        "l",
        "m" * 33,
        "l" * 33,
        "a" * 32,
        "\x00",
        "é" * 33,
        "%",
        "m%",
        "a.b.c",
        "x" * 10_000,
    ]
    for key in wrong:
        with pytest.raises(UnknownRecordError, match="Aucun travail ne répond"):
            records.read(key)
    assert records.listing(links=wrong) == records.listing()


def test_more_links_to_edit_and_all_of_them_revoked(shared_records):
    made = scenario(shared_records)
    second = shared_records.edit_link(made.edit_token)
    shared_records.save(second, {"x": 2}, expected_version=1)
    assert shared_records.read(made.edit_token).version == 2
    renewed = shared_records.revoke_links(second)
    for key in (made.edit_token, second, made.read_token):
        with pytest.raises(UnknownRecordError):
            shared_records.read(key)
    assert shared_records.read(renewed.edit_token).editable
    assert not shared_records.read(renewed.read_token).editable
    assert renewed.content == {"x": 2}


def test_at_home_a_link_to_edit_is_made_at_will(records):
    made = scenario(records)
    found = records.listing()[0]
    assert (found.key, found.editable, found.edit_token) == (made.id, True, "")
    link = records.edit_link(found.key)
    assert records.save(link, {"x": 1}, expected_version=1).version == 2


def test_at_home_all_is_listed_elsewhere_only_ones_own(open_records):
    home, shared = open_records(shared=False), open_records(shared=True)
    ana = scenario(shared, "a", identity="ana@ars.fr")
    bruno = scenario(shared, "b", identity="bruno@ars.fr")
    nobody = scenario(shared, "c")
    assert [entry.title for entry in home.listing()] == ["c", "b", "a"]
    assert shared.listing() == shared.find() == []
    assert [entry.id for entry in shared.listing("ana@ars.fr")] == [ana.id]
    assert shared.listing("ana") == []
    # Bruno edits Ana's work by her link: it is in his list, to read.
    shared.save(shared.edit_link(ana.id, identity="ana@ars.fr"), {}, expected_version=1,
                identity="bruno@ars.fr")  # fmt: skip
    listed = {entry.title: entry for entry in shared.listing("bruno@ars.fr")}
    assert set(listed) == {"a", "b"}
    assert (listed["b"].editable, listed["b"].key) == (True, bruno.id)
    assert (listed["a"].editable, listed["a"].key) == (False, ana.read_token)
    by_link = shared.listing(links=[nobody.edit_token, ana.read_token, "rien"])
    assert [(entry.title, entry.editable, entry.key) for entry in by_link] == [
        ("a", False, ana.read_token),
        ("c", True, nobody.edit_token),
    ]
    assert [work.content for work in shared.find(links=[nobody.edit_token])] == [nobody.content]
    with pytest.raises(UnknownRecordError):
        shared.save(bruno.id, {}, expected_version=1, identity="ana@ars.fr")


def test_what_is_attached_has_the_rights_of_its_work(shared_records):
    made = scenario(shared_records)
    comment = scenario(shared_records, "c", kind=Kind.COMMENT, attached_to=made.edit_token)
    assert (comment.key, comment.edit_token) == (f"{made.edit_token}.{comment.id}", "")
    (seen,) = shared_records.attached(made.read_token)
    assert (seen.id, seen.editable) == (comment.id, False)
    with pytest.raises(ReadOnlyError):
        shared_records.save(seen.key, {}, expected_version=1)
    (mine,) = shared_records.attached(made.edit_token)
    assert shared_records.save(mine.key, {"texte": "b"}, expected_version=1).version == 2
    listed = {entry.id: entry.key for entry in shared_records.listing(links=[made.edit_token])}
    assert listed == {made.id: made.edit_token, comment.id: comment.key}
    other = scenario(shared_records, "autre")
    with pytest.raises(UnknownRecordError):
        shared_records.read(f"{other.edit_token}.{comment.id}")


def test_the_owner_of_a_work_may_edit_what_others_attached_to_it(shared_records):
    made = scenario(shared_records, identity="ana@ars.fr")
    comment = scenario(shared_records, "c", kind=Kind.COMMENT, attached_to=made.edit_token,
                       identity="bruno@ars.fr")  # fmt: skip
    (seen,) = shared_records.attached(made.id, identity="ana@ars.fr")
    assert (seen.key, seen.editable) == (comment.id, True)
    assert shared_records.delete(seen.key, identity="ana@ars.fr").deleted


def test_an_identity_too_long_to_be_kept_whole_is_none(shared_records):
    scenario(shared_records, identity="a" * 200)
    assert len(shared_records.listing("a" * 200)) == 1
    assert shared_records.listing("a" * 201) == []
    scenario(shared_records, identity="b" * 201)
    assert shared_records.listing("b" * 200) == []


def test_the_identity_is_read_from_the_header_that_is_named(monkeypatch):
    headers = {"X-Remote-User": " ana@ars.fr\t", "X-Other": "bruno"}
    assert identity_from(headers) == ""
    monkeypatch.setenv("CPTS_ENTETE_IDENTITE", "x-remote-user")
    assert identity_from(headers) == "ana@ars.fr"
    assert identity_from({"X-Remote-User": "a", "x-remote-user": "b"}) == ""
    assert identity_from({"X-Remote-User": "a" * 201}) == ""
    assert identity_from({}) == ""


def test_a_text_that_disguises_itself_is_undressed(records):
    made = records.create(
        Kind.NOTE, space="paca", title="a\u202eb\x00c\ud800", content={}, author="A\u2066na\x1b[31m"
    )
    assert (made.title, made.author) == ("ab c�", "Ana [31m")


def test_a_public_mistake_is_told_before_any_writing(records):
    with pytest.raises(InvalidWorkError, match="objet JSON"):
        records.create(Kind.NOTE, space="paca", title="a", content=["liste"])
