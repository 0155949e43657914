"""« Simulateur »: what if a practice opens, a doctor leaves, people move."""

from pages.parts import (
    blocks,
    frame,
    simulation_fit,
    simulation_practices,
    simulation_results,
    simulation_saving,
    simulation_setup,
    simulation_views,
)

page = frame.open_page("Simulateur")
simulation_saving.receive(page)
blocks.lead(
    "Que devient l'accès aux soins si un cabinet ouvre ou si un médecin part ? Choisissez des "
    "communes : l'effet s'affiche aussitôt, comme une modification de l'APL publiée."
)
setup = simulation_setup.choose_setup(page)
if setup is not None:
    simulation_fit.fit_line(setup)
    simulation_views.simulator(setup)
    blocks.section("Professionnels en exercice")
    simulation_practices.editor(setup.page, setup.model, setup.heads, setup.practices)
    blocks.section("Jusqu'où croire le modèle")
    simulation_fit.fit_detail(setup)
    blocks.section("Méthode et limites")
    simulation_results.method(setup)
