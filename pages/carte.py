"""« Carte »: any indicator, any level, one map or two; spots; territories without CPTS."""

from pages.parts import blocks, frame, map_page

page = frame.open_page("Carte")
blocks.lead(
    "Choisissez ce que la carte montre. Survolez une commune pour lire sa valeur, cliquez pour "
    "ouvrir sa CPTS ; le tableau sous la carte dit la même chose."
)
map_page.explore(page)
