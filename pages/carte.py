"""« Carte »: any indicator, by commune or by CPTS."""

from pages.parts import blocks, frame, map_views

page = frame.open_page("Carte")
blocks.lead(
    "Choisissez un indicateur et un découpage. Survolez une commune pour lire sa valeur, cliquez "
    "pour ouvrir sa CPTS ; le tableau sous la carte dit la même chose."
)
map_views.indicator_map(page)
