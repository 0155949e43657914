"""« Comparaison »: territories side by side, peers, ranking, trends, funnel."""

from pages.parts import blocks, comparison_views, frame, overview

page = frame.open_page("Comparaison")
if page.cpts is None:
    overview.no_cpts()
else:
    blocks.title(page.cpts.label)
    comparison_views.open_view(page, page.cpts)
