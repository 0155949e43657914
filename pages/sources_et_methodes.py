"""« Sources et méthodes »: written by the two catalogues themselves."""

from pages.parts import blocks, catalogue_views, frame

page = frame.open_page("Sources et méthodes")
blocks.lead(
    "Cette page est écrite par le catalogue des sources et celui des indicateurs : elle dit ce que "
    "chaque chiffre mesure, d'où il vient et ce qu'il ne dit pas."
)
catalogue_views.to_the_data()
catalogue_views.open_part(page)
