"""« Accueil »: the map of the CPTS of a space, who is covered and who is not."""

from pages.parts import blocks, frame, map_views, overview

page = frame.open_page("Les CPTS du territoire")
blocks.lead(overview.opening(page))
blocks.figures(overview.key_figures(page))
map_views.cpts_map(page)
overview.cpts_table(page)
overview.gaps_and_overlaps(page)
