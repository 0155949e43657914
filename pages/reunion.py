"""« Réunion »: the whole screen, one idea at a time. Any page opens it with ``?mode=reunion``."""

from pages.parts import frame, meeting

page = frame.open_meeting()
if page.cpts is None:
    meeting.empty(page)
else:
    meeting.show(page, page.cpts)
