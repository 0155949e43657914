/* A lasso on the painted map: press the button, draw with the mouse or a finger, let go.
 *
 * Started by map_layer.js when maps.base_map() asks for it. The area goes back to Python as that of
 * a drawing, in the properties of a feature: st_folium tells « draw:created » as it does a click.
 */
(function () {
    "use strict";

    const { line, svgNode } = window.cptsFurniture;
    const LEAST = 12;
    const MOST = 400;

    function offer(map, tellNow) {
        const container = map.getContainer();
        let button = null;
        let drawing = false;
        let points = [];
        map.createPane("cpts-lasso").style.zIndex = 460;
        const renderer = L.svg({ pane: "cpts-lasso", padding: 0.5 });
        const style = {
            renderer, pane: "cpts-lasso", interactive: false, color: "#0b1118", weight: 2.5,
            dashArray: "6 5", fillColor: "#14537a", fillOpacity: 0.12,
        };
        const trace = L.polyline([], { ...style, fill: false }).addTo(map);
        const area = L.polygon([], style).addTo(map);
        const hint = line("cpts-lasso-hint", "Entourez les communes d’un trait, puis relâchez. Échap pour renoncer.");
        hint.setAttribute("role", "status");

        function listen(on) {
            drawing = on;
            button.setAttribute("aria-pressed", String(on));
            container.classList.toggle("cpts-drawing", on);
            map.dragging[on ? "disable" : "enable"]();
            if (on) container.appendChild(hint); else hint.remove();
            points = [];
            trace.setLatLngs([]);
        }

        function at(event) {
            const box = container.getBoundingClientRect();
            return L.point(event.clientX - box.left, event.clientY - box.top);
        }

        function finish() {
            const kept = L.LineUtil.simplify(points, 2).slice(0, MOST);
            const size = L.bounds(kept).getSize();
            const corners = kept.map((point) => map.containerPointToLatLng(point));
            listen(false);
            if (kept.length < 3 || Math.max(size.x, size.y) < LEAST) return;
            area.setLatLngs(corners);
            setTimeout(() => area.setLatLngs([]), 1500);
            const lasso = corners.map(({ lat, lng }) => [Number(lng.toFixed(5)), Number(lat.toFixed(5))]);
            const layer = {
                toGeoJSON: () => ({ type: "Feature", properties: { lasso }, geometry: null }),
            };
            map.fire("draw:created", { layerType: "polygon", layer });
            tellNow();
        }

        const Control = L.Control.extend({
            onAdd() {
                const bar = L.DomUtil.create("div", "leaflet-bar");
                button = L.DomUtil.create("button", "cpts-lasso-button", bar);
                button.type = "button";
                button.title = "Dessiner une zone à ajouter";
                button.setAttribute("aria-pressed", "false");
                const icon = svgNode(button, "svg", { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" });
                svgNode(icon, "path", {
                    d: "M3 11C1 6 5 2 10 2.5S17 6 15 10s-8 4-11 2.5c0 2 1 3-.5 4", fill: "none",
                    stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round",
                });
                button.appendChild(document.createTextNode("Dessiner"));
                L.DomEvent.disableClickPropagation(bar);
                L.DomEvent.on(button, "click", () => listen(!drawing));
                return bar;
            },
        });
        new Control({ position: "topright" }).addTo(map);

        // Before Leaflet and the communes beneath, which would take the press for a click or a move.
        container.addEventListener("pointerdown", (event) => {
            if (!drawing || event.button > 0 || event.target.closest(".leaflet-control")) return;
            event.preventDefault();
            event.stopPropagation();
            container.setPointerCapture(event.pointerId);
            points = [at(event)];
        }, true);
        container.addEventListener("pointermove", (event) => {
            if (!points.length) return;
            event.preventDefault();
            event.stopPropagation();
            const here = at(event);
            if (here.distanceTo(points[points.length - 1]) < 3) return;
            points.push(here);
            trace.setLatLngs(points.map((point) => map.containerPointToLatLng(point)));
        }, true);
        for (const name of ["pointerup", "pointercancel"]) {
            container.addEventListener(name, (event) => {
                if (!points.length) return;
                event.preventDefault();
                event.stopPropagation();
                if (name === "pointerup") finish(); else listen(false);
            }, true);
        }
        // The mouse events that follow a pointer are not for the communes either.
        for (const name of ["mousedown", "click"]) {
            container.addEventListener(name, (event) => {
                if (drawing && !event.target.closest(".leaflet-control")) event.stopPropagation();
            }, true);
        }
        container.ownerDocument.addEventListener("keydown", (event) => {
            if (drawing && event.key === "Escape") listen(false);
        });
    }

    window.cptsLasso = { offer };
})();
