"""« Population »: who lives in the territory."""

from cpts_data.indicators import Theme
from pages.parts import blocks, charts, figure_notes, frame, overview, pyramid, theme_views

page = frame.open_page("Population")
if page.cpts is None:
    overview.no_cpts()
else:
    theme = theme_views.open_theme(page, page.cpts, Theme.POPULATION)
    overview.population_lead(page, page.cpts)
    theme_views.opening(theme)
    theme_views.main_cards(theme)
    figure_notes.seasons(page, page.cpts, theme.notes)
    pyramid.show(theme)
    theme_views.tables(theme)
    blocks.section("Le territoire, commune par commune")
    theme_views.territory_map(theme)
    blocks.section(
        "Niveau de vie des communes",
        "Une médiane ne se combine pas : elle est montrée commune par commune.",
    )
    charts.range_by_commune(page, page.cpts, "niveau_vie_median")
    theme_views.communes(theme)
    theme_views.noting(theme)
    theme_views.missing(theme)
