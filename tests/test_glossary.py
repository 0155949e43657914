"""The glossary and the other figures that circulate: complete, in plain French, found in texts."""

import csv
import re

import pytest

from cpts_data.indicators import INDICATORS
from cpts_data.layouts.templates import INDICATORS as TEMPLATE
from cpts_data.reference import competing, glossary
from pages.parts import frame

ACRONYM = re.compile(r"(?<!\w)(?:[A-ZÉ]{2,}\d*[a-z]*|[A-Z]\d[A-Z]|[A-Z][a-z]+[A-Z][a-z]*)(?!\w)")
# A name that everybody writes in capitals, and the code of France.
PLAIN = {"IGN", "FR"}


def known_forms():
    return {form for one in glossary.glossary() for form in (one.name, *one.forms)}


def test_every_term_is_whole_and_stands_once():
    terms = glossary.glossary()
    assert len(terms) > 90
    names = [one.name for one in terms]
    assert len(set(names)) == len(names)
    forms = [form for one in terms for form in {one.name, *one.forms}]
    assert len(set(forms)) == len(forms), "a form that two terms share"
    for one in terms:
        assert one.definition.endswith("."), one.name
        assert one.definition[0].isupper(), one.name
        assert 25 <= len(one.definition) <= 420, one.name
        assert "  " not in one.told, one.name
        capitals = [word for word in ACRONYM.findall(one.definition) if word not in PLAIN]
        assert set(capitals) <= known_forms(), (one.name, capitals)


def test_the_file_is_in_alphabetical_order():
    folded = [glossary._folded(one.name) for one in glossary.glossary()]
    assert folded == sorted(folded)


@pytest.mark.parametrize("name", INDICATORS)
def test_every_acronym_of_the_catalogue_is_explained(name):
    one = INDICATORS[name]
    texts = (one.label, one.short_label, one.unit, one.definition, one.why, one.caveat)
    used = {word for text in texts for word in ACRONYM.findall(text)} - PLAIN
    assert used <= known_forms()
    found = {form for term in glossary.terms_in(*texts) for form in (term.name, *term.forms)}
    assert used <= found


def test_acronyms_of_the_menu_and_of_the_template_are_explained():
    labels = [label for pages in frame.MENU.values() for _, label in pages]
    labels += [field.description for field in TEMPLATE.fields]
    used = {word for text in labels for word in ACRONYM.findall(text)} - PLAIN
    assert used <= known_forms()


def test_terms_are_found_in_the_order_of_the_text_the_longest_first():
    def names(*texts):
        return [one.name for one in glossary.terms_in(*texts)]

    assert names("Population en zone ZIP ou ZAC, selon l’APL") == ["ZIP", "ZAC", "APL"]
    assert names("Sans médecin traitant", "Médecin traitant et ALD") == ["Médecin traitant", "ALD"]
    assert names("consultations/an/hab. standardisé") == ["Population standardisée"]
    # An acronym is its capitals, and a whole word.
    assert names("une aldéhyde, des aci, un APLAT") == []
    # A word of the language is no technical term.
    assert names("La référence, la médiane, l'indicateur") == []


def test_search_ignores_capitals_and_accents_and_puts_names_first():
    assert glossary.search("apl")[0].name == "APL"
    assert "Médecin traitant" in [one.name for one in glossary.search("MEDECIN TRAITANT")]
    assert glossary.search("zzz") == ()
    assert glossary.search("  ") == glossary.glossary()
    with pytest.raises(KeyError):
        glossary.term("ZZZ")


# Other figures that circulate


def test_every_other_figure_is_cited_and_tells_why_it_differs():
    found = competing.competing_figures()
    assert len(found) > 25
    for one in found:
        assert one.indicator in INDICATORS
        assert re.search(r"\d", one.value), one
        assert one.source, one
        assert one.area, one
        assert one.why.endswith("."), one
        assert len(one.why) > 40, one
    with competing.FILE.open(encoding="utf-8") as file:
        states = {row["statut"] for row in csv.DictReader(file)}
    assert states == set(competing.MARKS)


def test_what_the_domain_says_to_tell_is_told():
    """DOMAIN §5.2 to §5.6, §6.3: the figures that people oppose in meetings."""
    told = {name: competing.competing_with(name) for name in INDICATORS}
    assert any(one.value == "13 %" for one in told["part_c2s"])
    (unclear,) = [one for one in told["depistage_col_uterus"] if one.value == "55,8 %"]
    assert unclear.mark == "à vérifier"
    (decile,) = [one for one in told["apl_mg_65_ans_ou_moins"] if one.value.startswith("1,4")]
    assert "10 %" in decile.why
    assert "1,83" in decile.why
    older = [one for one in told["part_population_sous_dense"] if "5,7 %" in one.value]
    assert older[0].mark == "à vérifier"
    for name in ("densite_sages_femmes", "densite_gynecologues", "densite_pediatres"):
        assert "Rapporté à" in told[name][0].why
