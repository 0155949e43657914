"""The accessibility statement: written once, read by the page and held by the browser tests."""

from __future__ import annotations

from html import escape

import streamlit as st

from cpts_data import french

STREAMLIT_RULES: dict[str, str] = {}
"""Rules of axe-core that Streamlit itself breaks, with the reason in French. None is known."""

TESTED = (
    "Règles WCAG 2.0, 2.1 et 2.2, niveaux A et AA, par l'outil automatique axe-core, sur chaque "
    "page et jusque dans les cartes, à chaque modification du logiciel, dans Chromium. Aucune "
    "erreur n'est admise.",
    "Contraste des textes (au moins 4,5 pour 1) et des traits et signes qui portent un sens (au "
    "moins 3 pour 1), calculé sur les couleurs des cartes, des verdicts et des légendes.",
    "Couleurs jamais seules : un signe et un mot accompagnent chaque verdict ; hachures pour le "
    "secret statistique ; classes et verdicts distincts en niveaux de gris.",
    "Clavier : menu, choix, carte (flèches pour se déplacer, + et − pour zoomer), tableau et "
    "téléchargements sont atteints sans souris ; le foyer reste visible.",
    "Langue de la page déclarée en français ; un titre par page, et des titres de section qui ne "
    "sautent aucun niveau.",
    "Largeur d'un téléphone (390 pixels) : rien ne défile de côté, les cartes s'empilent.",
)
NOT_TESTED = (
    "Lecteurs d'écran (NVDA, JAWS, VoiceOver, TalkBack) : aucun essai.",
    "Firefox et Safari, agrandissement de 200 % et de 400 %, contraste forcé de Windows.",
    "Essais par des personnes handicapées.",
    "Les 106 critères du RGAA 4.1 : un outil automatique n'en voit qu'une partie.",
    "Documents téléchargés (PDF, Word, PowerPoint, Excel), sauf le balisage du PDF.",
)
NOT_ACCESSIBLE = (
    "La carte se lit à la souris : la valeur d'une commune apparaît au survol. Remplacement : le "
    "« Tableau des valeurs » sous la carte, la recherche d'une commune, l'export CSV.",
    "Les points des couches (structures, professionnels) ne reçoivent pas le clavier : des "
    "centaines d'arrêts en barreraient l'accès. Remplacement : la page « Annuaire ».",
    "Les grands tableaux triables sont dessinés par Streamlit dans un canevas : ils se parcourent "
    "aux flèches, mais leur lecture vocale n'a pas été vérifiée. Remplacement : l'export CSV.",
    "Les graphiques interactifs (« Comparaison », « ACI », « Accueil ») ne se parcourent pas au "
    "clavier. Remplacement : leur tableau, et la phrase qui dit le résultat. Ceux des thèmes sont "
    "eux-mêmes des tableaux.",
    "Quelques mots que Streamlit donne aux aides techniques restent en anglais : le nom du cadre "
    "des cartes, le lien « Skip to main content », des boutons de tableau.",
)


def statement() -> None:
    """The whole statement."""
    _heading("État de conformité")
    _paragraph(
        "Aucun audit complet n'a été mené selon le RGAA 4.1 : au sens de ce référentiel, ce "
        "tableau de bord est donc réputé non conforme, malgré les vérifications ci-dessous. "
        "L'organisme qui le met à disposition doit faire cet audit et compléter cette page."
    )
    _heading("Ce qui est vérifié")
    _list(TESTED)
    if STREAMLIT_RULES:
        _paragraph("Exceptions, dues au logiciel Streamlit et non à ces pages :")
        _list([f"{rule} : {reason}" for rule, reason in STREAMLIT_RULES.items()])
    _heading("Ce qui n'a pas été vérifié")
    _list(NOT_TESTED)
    _heading("Ce qui n'est pas accessible, et par quoi le remplacer")
    _list(NOT_ACCESSIBLE)
    _heading("Signaler une difficulté")
    _paragraph(
        "Écrivez à l'organisme (ARS, CPAM, fédération ou CPTS) qui vous donne accès à ce tableau "
        "de bord : dites la page, ce que vous cherchiez, votre navigateur et votre aide technique. "
        "Sans réponse satisfaisante, vous pouvez saisir le Défenseur des droits, gratuitement, sur "
        "defenseurdesdroits.fr ou au 09 69 39 00 00."
    )
    _paragraph("Page établie le 29 novembre 2026, par les auteurs du logiciel.")


def _heading(text: str) -> None:
    st.header(french.typography(text), anchor=False)


def _paragraph(text: str) -> None:
    st.html(f'<p class="cpts-lead">{escape(french.typography(text))}</p>')


def _list(items: tuple[str, ...] | list[str]) -> None:
    rows = "".join(f"<li>{escape(french.typography(item))}</li>" for item in items)
    st.html(f'<ul class="cpts-facts" style="max-width:62rem">{rows}</ul>')
