"""The one content model, filled: a diagnosis of a territory as a document, whatever its format.

Sections follow the outline of a *diagnostic territorial* (DOMAIN §10). What the data say is
written; what only the team knows is left to it, with questions.
"""

from __future__ import annotations

from collections.abc import Callable

from cpts_data import french
from cpts_data.documents import annexes, dialogue, letter, overview, portrait, theme_sections
from cpts_data.documents.draft import Draft
from cpts_data.documents.material import Material
from cpts_data.documents.model import (
    Block,
    Document,
    Model,
    Options,
    OwnText,
    Prompt,
    Section,
)
from cpts_data.documents.prompts import PROMPTS
from cpts_data.indicators import Theme
from cpts_data.reading.wording import printed
from cpts_data.spreadsheets import SECRECY
from cpts_data.territories import Territory

FICTITIOUS = "Territoire fictif de démonstration"
REFERENCES = {
    "departement": "le département",
    "region": "la région",
    "france": "la France",
    "pairs": "la médiane des CPTS",
}
Fill = Callable[[Draft], list[Block]]


def _theme(theme: Theme) -> Fill:
    return lambda draft: theme_sections.of_theme(draft, theme)


# Section id -> title, theme whose gaps are told at its end, what fills it.
SECTIONS: dict[str, tuple[str, Theme | None, Fill]] = {
    "essentiel": ("L’essentiel", None, overview.essentials),
    "introduction": ("Introduction", None, overview.introduction),
    "territoire": ("Territoire", None, overview.territory),
    "population": ("Population", Theme.POPULATION, _theme(Theme.POPULATION)),
    "sante": ("État de santé et besoins", Theme.PATHWAYS, _theme(Theme.PATHWAYS)),
    "offre": ("Offre de soins", Theme.SUPPLY, _theme(Theme.SUPPLY)),
    "acces": ("Accès aux soins", Theme.ACCESS, _theme(Theme.ACCESS)),
    "parcours": ("Parcours pluriprofessionnels", None, overview.pathways),
    "prevention": ("Prévention", Theme.PREVENTION, _theme(Theme.PREVENTION)),
    "crises": ("Crises sanitaires", None, overview.crises),
    "professionnels": ("Professionnels", None, overview.professionals),
    "acteurs": ("Acteurs et dispositifs", None, overview.actors),
    "synthese": ("Synthèse et priorités", None, overview.synthesis),
    "communes": ("Annexe : les communes", None, annexes.communes),
    "indicateurs": ("Annexe : fiches des indicateurs", None, annexes.indicators),
    "methodes": ("Annexe : sources et méthodes", None, annexes.methods),
}


def document(
    material: Material, territory: Territory, model: Model, options: Options | None = None
) -> Document:
    """A document of a territory, complete; its figures are those of the screen.

    Raises ``KeyError`` for a section that does not exist, ``ValueError`` for an unknown reference.
    """
    draft = Draft(material, territory, options or Options())
    told = draft.diagnostic
    return Document(
        model=model,
        title=printed(territory.name),
        subtitle=model.label,
        territory=territory,
        space=printed(told.space.title),
        date=draft.date,
        sections=_sections(draft, model),
        notice=FICTITIOUS if told.space.fictitious else "",
        mention=printed(SECRECY),
        reference=printed(REFERENCES[draft.kind.value]),
        confidence=draft.options.confidence,
        identity=overview.identity_figures(draft),
    )


def _sections(draft: Draft, model: Model) -> tuple[Section, ...]:
    short = {
        Model.PORTRAIT: portrait.sections,
        Model.LETTER: letter.sections,
        Model.DIALOGUE: dialogue.sections,
    }
    if model in short:
        return short[model](draft)
    return tuple(_section(draft, name) for name in _chosen(draft))


def _chosen(draft: Draft) -> tuple[str, ...]:
    asked = draft.options.sections
    if asked is None:
        return tuple(SECTIONS)
    unknown = [name for name in asked if name not in SECTIONS]
    if unknown:
        known = french.enumeration(list(SECTIONS))
        raise KeyError(f"sections inconnues : {', '.join(unknown)} ; sections connues : {known}")
    return tuple(name for name in SECTIONS if name in asked)


def _section(draft: Draft, name: str) -> Section:
    title, theme, fill = SECTIONS[name]
    blocks = fill(draft)
    own = draft.options.paragraphs.get(name, "").strip()
    questions = PROMPTS.get(name, ())
    if own:
        blocks.append(OwnText(own))
    elif questions:
        blocks.append(Prompt("À rédiger par l’équipe", tuple(printed(one) for one in questions)))
    if theme is not None:
        blocks += theme_sections.missing(draft, theme)
    return Section(name, title, tuple(blocks), theme)
