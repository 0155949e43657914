"""« Accessibilité »: what was tested, what was not, what does not work, whom to write to."""

from pages.parts import accessibility, blocks, frame

page = frame.open_page("Accessibilité")
blocks.lead(
    "Cette page dit, sans l'embellir, ce qui a été vérifié pour que chacun puisse lire ce tableau "
    "de bord, ce qui ne l'a pas été, et ce qui ne convient pas encore."
)
accessibility.statement()
