"""« Synthèse »: one CPTS on one page, beside its département, its région and France."""

from pages.parts import blocks, figure_notes, frame, map_views, overview, synthesis_views

page = frame.open_page("Synthèse")
if page.cpts is None:
    overview.no_cpts()
else:
    synthesis = synthesis_views.open_synthesis(page, page.cpts)
    blocks.identity(page, page.cpts)
    figure_notes.season_lines(synthesis.notes)
    synthesis_views.leave(synthesis)
    synthesis_views.key_figures(synthesis)
    synthesis_views.strengths_and_attention(synthesis)
    synthesis_views.needs(synthesis)
    synthesis_views.spine_chart(synthesis)
    synthesis_views.grid(synthesis)
    blocks.section("L'accessibilité aux généralistes, commune par commune")
    map_views.territory_map(page, page.cpts, "apl_mg_65_ans_ou_moins")
