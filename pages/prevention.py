"""« Prévention »: screening, vaccination, dental care."""

from cpts_data.indicators import Theme
from pages.parts import blocks, frame, overview, theme_charts, theme_views

page = frame.open_page("Prévention")
if page.cpts is None:
    overview.no_cpts()
else:
    theme = theme_views.open_theme(page, page.cpts, Theme.PREVENTION)
    theme_views.opening(theme)
    theme_views.main_cards(theme)
    theme_charts.coverages(theme)
    theme_views.tables(theme)
    blocks.section("Le territoire, commune par commune")
    theme_views.territory_map(theme)
    theme_views.communes(theme)
    theme_views.noting(theme)
    theme_views.missing(theme)
