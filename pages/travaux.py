"""« Mes travaux »: what was saved, and the way back to it."""

from pages.parts import frame, notes, works_detail, works_files, works_list

page = frame.open_page("Mes travaux")
record = works_detail.asked(page)
if record is not None:
    works_detail.show(page, record)
else:
    works_list.lead()
    found = works_list.entries(page)
    if found is not None:
        works_list.show(page, found)
        works_files.show(found)
        if page.cpts is not None:
            notes.section(page, page.cpts)
