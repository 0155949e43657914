/* What stands on the painted map: names of towns, controls, and how the map takes the mouse,
 * the keyboard and the size of its frame. Loaded before map_layer.js, which calls arrange().
 */
(function () {
    "use strict";

    const FAMILY = '"Source Sans 3", "Source Sans Pro", system-ui, "Segoe UI", Roboto, ' +
        '"Helvetica Neue", Arial, "Liberation Sans", sans-serif';

    function line(className, text) {
        const node = document.createElement("div");
        node.className = className;
        node.textContent = text;
        return node;
    }

    const SVG = "http://www.w3.org/2000/svg";
    function svgNode(parent, name, attributes) {
        const node = document.createElementNS(SVG, name);
        for (const key of Object.keys(attributes)) node.setAttribute(key, attributes[key]);
        parent.appendChild(node);
        return node;
    }

    /* ---- names of towns: the most important first, none over another ---- */

    const FONTS = { 1: "600 15px ", 2: "500 14px " };

    function nameTowns(map, geometry, view) {
        map.createPane("cpts-labels").style.zIndex = 440;
        const pane = map.getPane("cpts-labels");
        const ruler = document.createElement("canvas").getContext("2d");
        const places = geometry.towns.map(([name, latitude, longitude, rank]) => {
            const node = line("cpts-town", name);
            const dot = line("cpts-town-dot", "");
            node.style.font = ruler.font = (FONTS[rank] || "400 13px ") + FAMILY;
            pane.append(dot, node);
            return {
                node, dot, rank, latlng: L.latLng(latitude, longitude),
                width: ruler.measureText(name).width + 4, height: rank === 1 ? 20 : 17,
            };
        }).sort((a, b) => a.rank - b.rank);
        map.on("zoomstart", () => { pane.style.visibility = "hidden"; });
        map.on("moveend viewreset", () => layTowns(map, places, view));
        layTowns(map, places, view);
    }

    function layTowns(map, places, view) {
        const closer = map.getZoom() - view.home;
        const taken = [];
        const corner = map.containerPointToLayerPoint([0, 0]);
        const size = map.getSize();
        const seen = (left, top, right, bottom) =>
            left > corner.x && right < corner.x + size.x && top > corner.y && bottom < corner.y + size.y;
        const free = (box) => taken.every((other) =>
            box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
        for (const place of places) {
            const at = map.latLngToLayerPoint(place.latlng);
            const { width, height } = place;
            const spots = [
                [at.x + 7, at.y - height / 2], [at.x - 7 - width, at.y - height / 2],
                [at.x - width / 2, at.y - height - 4], [at.x - width / 2, at.y + 4],
            ];
            const gap = closer > 1.5 ? 4 : 12;
            const box = ([x, y]) => [x - gap, y - gap / 2, x + width + gap, y + height + gap / 2];
            const inView = seen(at.x, at.y, at.x, at.y);
            const whole = ([x, y]) => !inView || seen(x, y, x + width, y + height);
            const early = closer < place.rank - 2.4;
            const dot = [at.x - 5, at.y - 5, at.x + 5, at.y + 5];
            const fits = (candidate) => whole(candidate) && free(box(candidate));
            const spot = early || !free(dot) ? null : spots.find(fits);
            place.node.style.display = place.dot.style.display = spot ? "" : "none";
            if (!spot) continue;
            taken.push(box(spot), dot);
            L.DomUtil.setPosition(place.node, L.point(spot).round());
            L.DomUtil.setPosition(place.dot, at);
        }
        map.getPane("cpts-labels").style.visibility = "";
    }

    function addControls(map, geometry, view, options) {
        L.control.zoom({ position: "topleft", zoomInTitle: "Agrandir", zoomOutTitle: "Réduire" }).addTo(map);
        for (const [selector, text] of [[".leaflet-control-zoom-in", "Agrandir"], [".leaflet-control-zoom-out", "Réduire"]]) {
            map.getContainer().querySelector(selector).setAttribute("aria-label", text);
        }
        const Home = L.Control.extend({
            onAdd() {
                const bar = L.DomUtil.create("div", "leaflet-bar");
                const button = L.DomUtil.create("a", "cpts-home", bar);
                button.href = "#";
                button.title = "Vue d’ensemble";
                button.setAttribute("role", "button");
                button.setAttribute("aria-label", "Vue d’ensemble");
                const icon = svgNode(button, "svg", { width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" });
                svgNode(icon, "path", {
                    d: "M2 6V2h4M12 2h4v4M16 12v4h-4M6 16H2v-4", fill: "none", stroke: "currentColor",
                    "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round",
                });
                L.DomEvent.disableClickPropagation(bar);
                L.DomEvent.on(button, "click", (event) => {
                    L.DomEvent.preventDefault(event);
                    map.fitBounds(view.bounds, { padding: [10, 10] });
                });
                return bar;
            },
        });
        new Home({ position: "topleft" }).addTo(map);
        L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 140 }).addTo(map);
        const credits = [geometry.attribution, options.basemap ? "Fond : Plan IGN © IGN" : ""];
        const credit = credits.filter(Boolean).join(" · ");
        if (credit) {
            const Credit = L.Control.extend({
                onAdd() {
                    const node = L.DomUtil.create("div", "leaflet-control-attribution");
                    node.textContent = credit;
                    return node;
                },
            });
            new Credit({ position: "bottomright" }).addTo(map);
        }
    }

    // Focusing the map must not scroll the page: the map would move between press and release,
    // and Leaflet would take the first click for a drag.
    function focusWithoutScroll(map) {
        const keyboard = map.keyboard;
        keyboard.disable();
        keyboard._onMouseDown = function () {
            if (!this._focused) this._map.getContainer().focus({ preventScroll: true });
        };
        keyboard.enable();
    }

    // The wheel scrolls the page until the map has been clicked (or with Ctrl).
    function tameWheel(map) {
        const container = map.getContainer();
        let told = false;
        container.addEventListener("wheel", (event) => {
            if (event.ctrlKey || container.contains(document.activeElement)) {
                map.scrollWheelZoom.enable();
                return;
            }
            map.scrollWheelZoom.disable();
            if (told) return;
            told = true;
            const hint = line("cpts-hint", "Cliquez sur la carte pour zoomer avec la molette");
            hint.setAttribute("aria-hidden", "true");
            container.appendChild(hint);
            setTimeout(() => { hint.style.opacity = 0; }, 1800);
            setTimeout(() => hint.remove(), 2400);
        }, { capture: true, passive: true });
        container.addEventListener("blur", () => map.scrollWheelZoom.disable());
    }

    // Until the reader moves the map, it follows the size of its frame.
    function followSize(map, settle) {
        let moved = false;
        for (const name of ["pointerdown", "keydown"]) {
            map.getContainer().addEventListener(name, () => { moved = true; }, { capture: true, passive: true });
        }
        map.on("resize", () => settle(!moved));
    }

    // Maps of one group (two maps side by side) move together, while they move.
    function link(map, group, view) {
        if (!group || !window.BroadcastChannel) return;
        const channel = new BroadcastChannel("cpts-map-" + group);
        let following = false;
        let waiting = false;
        const tell = () => {
            waiting = false;
            channel.postMessage({ view: [map.getCenter().lat, map.getCenter().lng, map.getZoom()] });
        };
        map.on("move", () => {
            if (following || waiting) return;
            waiting = true;
            requestAnimationFrame(tell);
        });
        map.on("moveend", () => { if (!following) tell(); });
        view.tell = (told) => channel.postMessage(told);
        channel.onmessage = ({ data }) => {
            if (!data.view) {
                view.hoverElsewhere(data);
                return;
            }
            const [latitude, longitude, zoom] = data.view;
            following = true;
            map.setView([latitude, longitude], zoom, { animate: false });
            following = false;
        };
    }

    // The Plan IGN is the only thing asked from outside: without it the map stays whole.
    function watchBasemap(map) {
        let arrived = false;
        let told = false;
        map.eachLayer((layer) => {
            if (!(layer instanceof L.TileLayer)) return;
            layer.on("tileload", () => { arrived = true; });
            layer.on("tileerror", () => {
                if (arrived || told) return;
                told = true;
                const note = line("cpts-notice cpts-notice-light",
                    "Le fond Plan IGN ne répond pas : la carte reste complète sans lui.");
                note.setAttribute("role", "status");
                map.getContainer().appendChild(note);
            });
        });
    }

    function arrange(map, geometry, view, settle, options) {
        nameTowns(map, geometry, view);
        addControls(map, geometry, view, options);
        focusWithoutScroll(map);
        tameWheel(map);
        followSize(map, settle);
        link(map, options.linked, view);
        if (options.basemap) watchBasemap(map);
    }

    window.cptsFurniture = { arrange, line, svgNode };
})();
