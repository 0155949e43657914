"""« Documents »: leave with a document: choose it, complete it, look at it, take it away."""

from pages.parts import (
    blocks,
    documents_choices,
    documents_making,
    documents_saving,
    documents_texts,
    frame,
    overview,
)

page = frame.open_page("Documents")
if page.cpts is None:
    overview.no_cpts()
else:
    documents_saving.receive(page, page.cpts)
    blocks.title(page.cpts.label)
    wanted = documents_choices.choose(page, page.cpts)
    documents_making.show(wanted)
    documents_texts.show(wanted)
    documents_saving.block(wanted)
