"""« Accès aux soins »: how far they are from care."""

from cpts_data.indicators import Theme
from pages.parts import blocks, frame, overview, theme_charts, theme_views

page = frame.open_page("Accès aux soins")
if page.cpts is None:
    overview.no_cpts()
else:
    theme = theme_views.open_theme(page, page.cpts, Theme.ACCESS)
    theme_views.opening(theme)
    theme_views.main_cards(theme)
    theme_charts.by_age(theme, "part_sans_mt_par_age", "Sans médecin traitant, selon l’âge")
    theme_charts.apl(theme)
    theme_views.tables(theme)
    blocks.section("Le territoire, commune par commune")
    theme_views.territory_map(theme)
    theme_views.communes(theme)
    theme_views.noting(theme)
    theme_views.missing(theme)
