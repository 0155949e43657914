"""Texts that somebody may put into a name or a comment to break a document."""

MARKUP = "<w:p>&amp;</w:p> ]]> <script>alert(1)</script> {{x}} #panic() $x^2$ *gras*"
FORMULA = '=HYPERLINK("http://exemple.invalid";"x")'
CONTROLS = "a\x00b\x07c\x1bd\x0be\ufffef\ud83dg"
DIRECTION = "\u202e2021\u202c \u2067x\u2069 \u200fعربي"
EMOJI = "\U0001f600\U0001f3f3\ufe0f\u200d\U0001f308" * 600
HOSTILE = f"{FORMULA} {MARKUP} {CONTROLS} {DIRECTION}"
# What a reader must find of it, and what no file may hold.
SEEN = ("<script>alert(1)</script>", "&amp;", "{{x}}", "#panic()", "عربي", "=HYPERLINK")
UNSEEN = ("\x00", "\x07", "\x1b", "\x0b", "\ufffe", "\ud83d", "\u202e", "\u2067")
