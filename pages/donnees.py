"""« Données »: what a space holds, and the door by which files enter and leave it."""

from pages.parts import (
    blocks,
    data_views,
    deposit_views,
    download_views,
    frame,
    quality_views,
)

page = frame.open_page("Données")
blocks.lead(
    "Ce que contient cet espace, d'où vient chaque fichier et ce que valent ses données. Déposez "
    "un fichier officiel, quel que soit son nom : il est reconnu à son contenu, contrôlé et montré "
    "avant d'entrer."
)
data_views.key_figures(page)
data_views.state_of_sources(page)
deposit_views.add_files(page)
downloads = blocks.later()
deposit_views.withdraw_file(page)
quality_views.report(page)
data_views.templates()
download_views.from_publishers(page, downloads)
