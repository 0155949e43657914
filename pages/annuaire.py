"""« Annuaire »: structures, local resources, and professionals counted; nobody is named."""

from pages.parts import blocks, directory_views, frame, overview

page = frame.open_page("Annuaire")
if page.cpts is None:
    overview.no_cpts()
else:
    blocks.title(page.cpts.label)
    directory_views.show(page, page.cpts)
