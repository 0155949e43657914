"""« Synthèse »: one CPTS on one page, beside its département, its région and France."""

from pages.parts import blocks, charts, frame, map_views, overview

KEY_FIGURES = (
    "population",
    "densite_population",
    "taux_pauvrete",
    "apl_mg_65_ans_ou_moins",
    "apl_mg",
    "part_population_sous_dense",
)

page = frame.open_page("Synthèse")
if page.cpts is None:
    overview.no_cpts()
else:
    blocks.title(page.cpts.label)
    blocks.identity(page, page.cpts)
    blocks.section("Chiffres clés", "Chaque chiffre donne ses références, sa source et son année.")
    blocks.cards(page, page.cpts, KEY_FIGURES)
    blocks.section("Le territoire et ses références")
    blocks.comparison_table(page, page.cpts, KEY_FIGURES)
    blocks.section("L'accessibilité aux généralistes, commune par commune")
    map_views.territory_map(page, page.cpts, "apl_mg_65_ans_ou_moins")
    blocks.section("Parmi les CPTS", "Chaque point est une CPTS ; la vôtre est en bleu foncé.")
    charts.standing(page, page.cpts, "apl_mg_65_ans_ou_moins")
    blocks.section("Les communes du territoire")
    blocks.commune_table(page, page.cpts, KEY_FIGURES[:1] + KEY_FIGURES[3:5])
