"""« Accueil »: the map of the CPTS of a space, who is covered and who is not, what is due."""

from pages.parts import frame, map_views, overview, overview_contracts, overview_years

page = frame.open_page("Les CPTS du territoire")
overview.opening(page)
map_views.cpts_map(page)
overview_contracts.show(page)
overview.cpts_table(page)
overview.gaps_and_overlaps(page)
overview_years.show(page)
