"""The page « Données »: how files enter and leave a space, and how a new space is made.

Nothing enters before it was shown and agreed to; everything that leaves is kept aside. Names of
files come from anyone: every one is escaped where it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from cpts_data import french
from cpts_data.analysis.quality_report import FileQuality, SourceQuality
from cpts_data.contracts import ContractError
from cpts_data.received import reason_of
from cpts_data.sources import MODULES
from cpts_data.space import received_files
from cpts_data.space.creating import create_space, may_change, name_fault, shelf
from cpts_data.space.previewing import Preview
from cpts_data.space.receiving import Receipt
from cpts_data.space.receiving import add_files as enter_files
from cpts_data.space.undoing import replaced_by, undo
from pages.parts import blocks, frame, store
from pages.parts.data_views import bullets, faults_list, freshness, text, today
from pages.parts.frame import Frame
from pages.parts.uploads import on_disk

_DROP_ZONE = (
    '[class*="st-key-depot_"] [data-testid="stFileUploaderDropzoneInstructions"] span::after'
)
_DEPOT, _STEP, _TOLD = "depot", "derniere_etape", "etape_dite"


def add_files(page: Frame) -> None:
    """The drop zone: files are recognised, checked and shown; a button makes them enter."""
    blocks.section("Ajouter des fichiers")
    _last_step(page)
    if not may_change(page.diagnostic.space.path):
        _new_space(page)
        return
    number = frame.kept(_DEPOT, 0)
    # Streamlit's drop zone speaks English: its words are replaced (the button's in frame.css).
    limit = french.size_in_bytes(int(st.get_option("server.maxUploadSize")) * 1_000_000)
    words = f"ou glissez-les ici : CSV, Excel, GeoJSON, GeoPackage ou zip, {limit} au plus chacun"
    st.html(f'<style>{_DROP_ZONE} {{ content: "{words}"; }}</style>')
    uploads = st.file_uploader(
        "Fichiers officiels, ou archives zip qui les contiennent",
        accept_multiple_files=True,
        key=f"depot_{number}",
        help=french.typography(
            "Le fichier est reconnu à son contenu : son nom n'a pas d'importance. Rien n'entre "
            "dans l'espace avant votre accord. Les colonnes qui nomment des personnes sont "
            "retirées."
        ),
    )
    if uploads:
        _previews(page, uploads, number)
    with st.expander("Créer un autre espace"):
        _name_form(page)


def _previews(page: Frame, uploads: Sequence[UploadedFile], number: int) -> None:
    space = page.diagnostic.space.path
    try:
        first = store.preview_uploads(space, uploads)
        vintage = _vintage(first, number)
        found = store.preview_uploads(space, uploads, vintage) if vintage else first
    except OSError as error:
        st.error(french.typography(f"Ces fichiers n'ont pas pu être lus : {reason_of(error)}."))
        return
    entering = [item for item in found if item.accepted and not item.already_here]
    blocks.note(
        f"Aperçu : {french.count_of(len(found), 'fichier')} de données, dont "
        f"{french.number(len(entering))} à ajouter. Rien n'est encore entré dans l'espace."
    )
    for item in sorted(found, key=lambda item: (not item.accepted, item.already_here)):
        _preview(item, vintage)
    if entering and vintage is not None:
        label = french.count_of(len(entering), "fichier")
        if st.button(f"Ajouter à l’espace ({label})", type="primary", key="ajouter"):
            undated = {item.received_in for item in first if item.undated}
            _enter(page, uploads, {item.received_in for item in entering}, undated, vintage)


def _vintage(found: Sequence[Preview], number: int) -> str | None:
    """The vintage that a person states for the files that do not tell theirs.

    Empty when there is none, None when what is written is no year.
    """
    undated = [item for item in found if item.undated and not item.already_here]
    if not undated:
        return ""
    names = french.enumeration([f"« {blocks.plain(item.file)} »" for item in undated])
    stated = st.text_input(
        french.typography(f"Année des données de {names}, que le fichier ne dit pas"),
        placeholder="par exemple 2022",
        max_chars=4,
        key=f"millesime_{number}",
        help="Si vous laissez la case vide, l’année est déduite des codes de communes.",
    ).strip()
    if stated and not (stated.isdecimal() and len(stated) == 4 and stated[:2] in ("19", "20")):
        st.error("Écrivez une année en quatre chiffres, comme 2022, ou laissez la case vide.")
        return None
    return stated


def _preview(item: Preview, vintage: str | None) -> None:
    with st.container(border=True):
        if not item.accepted:
            st.html(f'<div class="cpts-lead"><b>✕ Refusé :</b> {text(item.file)}</div>')
            faults_list(item.faults)
        else:
            named = f"{text(item.title)} <small>({text(item.publisher)})</small>"
            st.html(f'<div class="cpts-lead"><b>✓ Reconnu :</b> {named}</div>')
            bullets(_facts(item, vintage))
        for remark in item.remarks:
            blocks.note(remark)
        if item.accepted:
            with st.expander(f"Les {len(item.head)} premières lignes"):
                _head(item)


def _facts(item: Preview, vintage: str | None) -> list[str]:
    where = f", dans l'archive « {item.received_in} »" if item.received_in != item.file else ""
    told = [f"Fichier : {item.file}{where}", f"Lignes : {french.number(item.rows)}"]
    if item.undated:
        told.append("Année : le fichier ne la dit pas ; elle sera déduite des codes de communes")
    elif item.periods:
        ends = dict.fromkeys((item.periods[0], item.periods[-1]))
        stated = " (indiquée par vous)" if item.periods == (vintage,) else ""
        told.append(f"Année : {' à '.join(ends)}{stated}")
    told.append(f"Effet : {_effect(item)}")
    if item.rows < item.replaced_rows:
        told.append(
            f"▲ Attention : {french.count_of(item.rows, 'ligne')} au lieu de "
            f"{french.number(item.replaced_rows)}. Vérifiez que le fichier est complet"
        )
    return told


def _effect(item: Preview) -> str:
    if item.already_here:
        return "aucun, ce fichier est déjà dans l'espace à l'identique"
    if not item.replaces:
        return "nouveau fichier de l'espace"
    names = french.enumeration([f"« {name} »" for name in item.replaces])
    return f"prend la place de {names}, que l'on conserve de côté"


def _head(item: Preview) -> None:
    """The first rows, under the descriptions of their columns; empty columns are left out."""
    source = MODULES[item.source_id].SOURCE
    rows = item.head.replace({"": None}).dropna(axis="columns", how="all")
    numbers = set(rows.select_dtypes("number").columns)
    configuration: dict[str, object] = {}
    for name in rows.columns:
        label, told = source.column(name).description, f"colonne « {name} »"
        if name in numbers:
            kind = st.column_config.NumberColumn(label, help=told, format="localized")
        else:
            kind = st.column_config.Column(label, help=told)
        configuration[name] = kind
    st.dataframe(
        rows, hide_index=True, width="stretch", column_config=configuration, placeholder=""
    )


def _enter(
    page: Frame,
    uploads: Sequence[UploadedFile],
    wanted: set[str],
    undated: set[str],
    vintage: str,
) -> None:
    """Make the accepted files enter, keep what to say of it, and start the page anew."""
    space = page.diagnostic.space.path
    present = {(name, path.name) for name in MODULES for path in received_files(space / name)}
    receipts: list[Receipt] = []
    try:
        with st.spinner("Ajout et contrôle des fichiers…"), on_disk(uploads) as paths:
            chosen = [path for path in paths if path.name in wanted]
            for dated in (True, False):
                files = [path for path in chosen if (path.name not in undated) == dated]
                if files:
                    receipts += enter_files(
                        space,
                        files,
                        vintage="" if dated else vintage,
                        waiting=store.waiting_room(),
                    )
    except (OSError, ContractError) as error:
        why = reason_of(error) if isinstance(error, OSError) else str(error)
        st.error(
            french.typography(
                f"L'ajout n'a pas pu se terminer : {blocks.plain(why)}. Chaque fichier est entré "
                "en entier dans l'espace, ou pas du tout."
            )
        )
        return
    entered = [
        (receipt.source_id, receipt.stored)
        for receipt in receipts
        if receipt.accepted and (receipt.source_id, receipt.stored) not in present
    ]
    lines = [_told(receipt) for receipt in receipts]
    frame.keep(_STEP, (page.space_id, "Ajout terminé", lines, entered))
    frame.keep(_DEPOT, frame.kept(_DEPOT, 0) + 1)
    st.rerun()


def _told(receipt: Receipt) -> str:
    if not receipt.accepted:
        return f"✕ Refusé : {receipt.file}."
    title = MODULES[receipt.source_id].SOURCE.title
    rows = french.count_of(receipt.rows, "ligne")
    ending = ""
    if receipt.replaced:
        names = french.enumeration([f"« {name} »" for name in receipt.replaced])
        ending = f", à la place de {names}"
    return f"✓ Ajouté : {receipt.file} ({title}, {rows}){ending}."


# Files that leave


def _last_step(page: Frame) -> None:
    """What the last step of this session did in this space, and the button that undoes it."""
    space_id, title, lines, entered = frame.kept(_STEP, ("", "", [], []))
    if space_id != page.space_id or not lines:
        return
    if frame.kept(_TOLD) is not lines:
        frame.keep(_TOLD, lines)
        st.toast(title)
    with st.container(border=True):
        bullets(lines)
        told = "Remet l’espace comme avant l’ajout."
        if entered and st.button("Annuler cet ajout", key="annuler", help=told):
            _withdraw(page, list(reversed(entered)))


def withdraw_file(page: Frame) -> None:
    """Take a file out of the space: those whose place it had taken come back."""
    space = page.diagnostic.space.path
    report = store.quality(page.diagnostic)
    if not report or not may_change(space):
        return
    blocks.section(
        "Retirer un fichier",
        "Le fichier retiré est conservé de côté, dans le dossier « .precedents » de sa source ; "
        "celui qu'il avait remplacé reprend sa place.",
    )
    labels = {
        f"{item.source_id}/{file.name}": _file_label(item, file)
        for item in report
        for file in item.files
    }
    chosen = st.selectbox(
        "Fichier à retirer",
        list(labels),
        format_func=frame.unique_labels(labels).__getitem__,
        index=None,
        placeholder="Choisissez un fichier",
        key=f"retirer_{page.space_id}",
    )
    if chosen is None:
        return
    source_id, _, name = chosen.partition("/")
    if not (space / source_id / name).is_file():
        return
    back = [item.record.nom for item in replaced_by(space / source_id, name)]
    names = french.enumeration([f"« {file} »" for file in back])
    verb = "reprendra sa place" if len(back) == 1 else "reprendront leur place"
    blocks.note(f"{names} {verb}." if back else "Aucun fichier ne prendra sa place dans l'espace.")
    if st.button("Retirer ce fichier", key="retirer"):
        _withdraw(page, [(source_id, name)])


def _file_label(item: SourceQuality, file: FileQuality) -> str:
    day, age = freshness(file.received, today())
    received = f"reçu le {day}, {age}" if age else f"réception : {day}"
    return french.typography(f"{item.title} : {file.name} ({received})")


def _withdraw(page: Frame, files: Sequence[tuple[str, str]]) -> None:
    lines = []
    try:
        for source_id, name in files:
            receipt = undo(page.diagnostic.space.path, source_id, name)
            lines += [f"✓ {remark}" for remark in receipt.remarks]
            lines += [f"✕ {fault}" for fault in receipt.faults]
    except OSError as error:
        lines.append(f"✕ Le retrait n'a pas pu se terminer : {reason_of(error)}.")
    frame.keep(_STEP, (page.space_id, "Retrait terminé", lines, []))
    st.rerun()


# A new space


def _new_space(page: Frame) -> None:
    blocks.note(
        "L'espace de démonstration ne se modifie pas. Créez votre espace pour y déposer vos "
        "fichiers : il restera sur ce serveur, à côté de la démonstration."
        if page.diagnostic.space.fictitious
        else "Cet espace ne peut pas être modifié : son dossier est en lecture seule."
    )
    _name_form(page)


def _name_form(page: Frame) -> None:
    if shelf() is None:
        blocks.nothing_here(
            "Aucun dossier ne peut recevoir un nouvel espace.",
            "Demandez à la personne qui a installé l'application d'ajouter à la variable CPTS_DATA "
            "un dossier dans lequel elle peut écrire.",
        )
        return
    with st.form("nouvel_espace", border=False):
        name = st.text_input(
            "Nom du nouvel espace",
            placeholder="par exemple ars-paca-2026",
            max_chars=60,
            help="Lettres, chiffres et traits d’union.",
        )
        asked = st.form_submit_button("Créer l’espace")
    if not asked:
        return
    fault = name_fault(name)
    if fault is not None:
        st.error(french.typography(blocks.plain(fault)))
        return
    try:
        space = create_space(name)
    except (OSError, ContractError) as error:
        why = reason_of(error) if isinstance(error, OSError) else str(error)
        st.error(french.typography(f"L'espace n'a pas pu être créé : {blocks.plain(why)}."))
        return
    line = f"✓ Espace « {space.name} » créé : il est vide. Déposez-y vos fichiers."
    frame.keep(_STEP, (space.name, "Espace créé", [line], []))
    frame.remember(espace=space.name, cpts=None, territoire=None, indicateur=None)
    st.rerun()
