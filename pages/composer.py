"""« Composer »: build a territory commune by commune; its figures follow each click."""

from pages.parts import compose_saving, compose_views, frame

page = frame.open_page("Composer")
compose_saving.receive(page)
compose_views.show(page)
