"""« Population »: who lives in the territory."""

from pages.parts import blocks, charts, frame, overview

INDICATORS = ("population", "densite_population", "taux_pauvrete")
BY_COMMUNE = ("population", "densite_population", "niveau_vie_median", "taux_pauvrete")

page = frame.open_page("Population")
if page.cpts is None:
    overview.no_cpts()
else:
    blocks.title(page.cpts.label)
    blocks.lead(overview.population_sentence(page, page.cpts))
    blocks.cards(page, page.cpts, INDICATORS)
    blocks.section("Où vivent les habitants")
    charts.population_by_commune(page, page.cpts)
    charts.trend(page, page.cpts, "population")
    blocks.section(
        "Niveau de vie des communes",
        "Une médiane ne se combine pas : elle est montrée commune par commune.",
    )
    charts.range_by_commune(page, page.cpts, "niveau_vie_median")
    blocks.section("Les communes du territoire")
    blocks.commune_table(page, page.cpts, BY_COMMUNE)
