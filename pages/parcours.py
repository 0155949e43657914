"""« Parcours »: long-term conditions."""

from cpts_data.indicators import Theme
from pages.parts import blocks, frame, overview, theme_charts, theme_views

page = frame.open_page("Parcours")
if page.cpts is None:
    overview.no_cpts()
else:
    theme = theme_views.open_theme(page, page.cpts, Theme.PATHWAYS)
    theme_views.opening(theme)
    theme_views.main_cards(theme)
    theme_charts.affections(theme)
    theme_charts.by_age(theme, "prevalence_ald", "Personnes en ALD, selon l’âge")
    theme_views.tables(theme)
    blocks.section("Le territoire, commune par commune")
    theme_views.territory_map(theme)
    theme_views.communes(theme)
    theme_views.noting(theme)
    theme_views.missing(theme)
