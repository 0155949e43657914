/* The painted map: communes drawn once from window.cptsGeometry, coloured by cptsMap.paint().
 *
 * Written by maps.geometry_script (geometry), maps.base_map (start) and maps.paint (paint).
 * Names of towns and controls are in map_furniture.js, layers in map_overlays.js, loaded before.
 * Text from data only ever enters the page through textContent.
 */
(function () {
    "use strict";

    const { line, svgNode } = window.cptsFurniture;
    const overlays = window.cptsOverlays;

    const DARK = "#1b2530";
    const HATCH = "#1b2530";
    const SEAM_UNDER = 9;
    // Bands first, lines over them: where a CPTS follows a département both are seen.
    const OUTLINES = {
        region: { weight: 8, strong: 8, casing: 2, opacity: 0.35, light: 0.5 },
        departement: { weight: 5.5, strong: 5.5, casing: 2.5, opacity: 0.42, light: 0.5 },
        epci: { weight: 1.1, strong: 2, casing: 1.5, opacity: 1, light: 0.8 },
        cpts: { weight: 1.3, strong: 2.2, casing: 2, opacity: 1, light: 0.8 },
    };
    const OTHER_OUTLINE = OUTLINES.epci;
    let map = null;
    let canvas = false;
    let geometry = null;
    let view = {};
    let communes = [];
    let outlines = {};
    let marks = {};
    let patterns = {};
    let painted = { signs: [], texts: [], title: "", level: "commune", focus: null, leading: "" };

    /* ---- messages in words, even when a script did not arrive ---- */

    function complain(text) {
        const host = document.getElementById("map_div");
        if (!host || host.querySelector(".cpts-notice")) return;
        const node = document.createElement("div");
        node.className = "cpts-notice";
        node.setAttribute("role", "alert");
        node.textContent = text;
        // The style sheet and the height of the frame come after the scripts: they may be missing.
        node.style.cssText = "font: 16px system-ui, sans-serif; top: 12px; bottom: auto;";
        host.prepend(node);
        if (!map && window.Streamlit) window.Streamlit.setFrameHeight(host.clientHeight || 160);
    }

    const NOT_LOADED = "Les contours de la carte n’ont pas pu être chargés. Rechargez la page ; " +
        "si ce message revient, signalez-le à la personne qui a installé l’application. " +
        "Les valeurs restent lisibles dans le tableau.";

    window.addEventListener("unhandledrejection", () => { if (!map) complain(NOT_LOADED); });

    /* ---- geometry ---- */

    // A ring is [x, y, dx, dy, …] in units of 10^-decimals degree.
    function points(ring) {
        const unit = Math.pow(10, geometry.decimals);
        const result = [];
        let x = 0;
        let y = 0;
        for (let k = 0; k < ring.length; k += 2) {
            x += ring[k];
            y += ring[k + 1];
            result.push([y / unit, x / unit]);
        }
        return result;
    }
    const shape = (polygons) => polygons.map((rings) => rings.map(points));

    function drawCommunes() {
        const Commune = L.Polygon.extend({
            // What st_folium sends back on a click: the code is enough.
            toGeoJSON() {
                return { type: "Feature", properties: { code: this.code }, geometry: null };
            },
            // Leaflet listens to the focus of what has a tooltip, and Chromium then makes each
            // commune a stop of the keyboard: hundreds of them before the table.
            getElement() { return null; },
        });
        const renderer = canvas ? L.canvas({ padding: 0.3 }) : L.svg({ padding: 0.5 });
        const group = L.featureGroup();
        communes = geometry.codes.map((code, position) => {
            const layer = new Commune(shape(geometry.shapes[position]), {
                renderer, smoothFactor: canvas ? 0.6 : 0, fillOpacity: 1, fillColor: "#b4bac1",
                color: "#fff", weight: 0.5, lineJoin: "round", bubblingMouseEvents: false,
            });
            layer.code = code;
            layer.position = position;
            group.addLayer(layer);
            return layer;
        });
        group.bindTooltip(tooltip, { sticky: true, className: "cpts-tooltip", opacity: 1, offset: [14, 0] });
        group.on("mouseover", (event) => hover(event.layer.position));
        group.on("mouseout", () => hover(-1));
        group.on("click", tellNow);
        group.addTo(map);
    }

    function drawOutlines() {
        map.createPane("cpts-outlines").style.zIndex = 420;
        const renderer = L.svg({ pane: "cpts-outlines", padding: 0.5 });
        const known = Object.keys(OUTLINES);
        const kinds = Object.keys(geometry.outlines).sort((a, b) => known.indexOf(a) - known.indexOf(b));
        const finest = kinds[kinds.length - 1];
        const common = { renderer, pane: "cpts-outlines", interactive: false, smoothFactor: 0 };
        for (const kind of kinds) {
            // A band needs a finer line over it, and runs between territories only: not on the coast.
            const named = OUTLINES[kind] || OTHER_OUTLINE;
            const band = kind !== finest && named.opacity < 1;
            const style = band || named.opacity === 1 ? named : OUTLINES.cpts;
            const { between, around } = geometry.outlines[kind];
            if (band) {
                L.polyline(around.map(points), { ...common, color: DARK, weight: 0.9 }).addTo(map);
            }
            const lines = (band ? between : between.concat(around)).map(points);
            const casing = L.polyline(lines, { ...common, color: "#fff", opacity: style.light }).addTo(map);
            const line = L.polyline(lines, { ...common, color: DARK, opacity: style.opacity }).addTo(map);
            outlines[kind] = { casing, line, style };
        }
        weighOutlines();
    }

    function weighOutlines() {
        const scale = Math.min(1.6, Math.max(0.6, communeSide() / 15));
        for (const kind of Object.keys(outlines)) {
            const { casing, line, style } = outlines[kind];
            const thinner = painted.leading && kind === "cpts" ? 0 : 1;
            const weight = scale * thinner * (painted.level === kind ? style.strong : style.weight);
            line.setStyle({ weight });
            casing.setStyle({ weight: weight && weight + style.casing });
        }
    }

    /* ---- marks above the communes: hover, selection, one outlined territory ---- */

    function prepareMarks() {
        map.createPane("cpts-marks").style.zIndex = 430;
        const renderer = L.svg({ pane: "cpts-marks", padding: 0.5 });
        const common = {
            renderer, pane: "cpts-marks", interactive: false, fill: false, smoothFactor: 0,
            lineJoin: "round",
        };
        const pair = (name, weight, casing) => [[weight + casing, "#fff"], [weight, "#0b1118"]].map(
            ([width, color]) => L.polygon([], {
                ...common, color, weight: width, className: "cpts-mark-" + name,
            }).addTo(map));
        marks = {
            outlined: pair("outlined", 4, 4),
            selected: pair("selected", 3.2, 3),
            hover: pair("hover", 1.8, 2.2),
        };
    }

    // The commune under the mouse is marked on the linked map too.
    function hover(position) {
        mark("hover", position < 0 ? [] : [position]);
        if (view.tell) view.tell({ hover: position, sum: geometry.sum });
    }

    function hoverElsewhere(told) {
        if (told.sum === geometry.sum) mark("hover", told.hover < 0 ? [] : [told.hover]);
    }

    function mark(name, positions) {
        const rings = positions.flatMap((position) => communes[position].getLatLngs());
        for (const layer of marks[name]) layer.setLatLngs(rings);
    }

    // A territory that a reader drew is in no outline: its shape comes with its key.
    function territory(key) {
        if (key && key[2]) return shape(key[2]);
        const kind = key && geometry.outlines[key[0]];
        const position = kind ? kind.ids.indexOf(key[1]) : -1;
        return position < 0 ? [] : shape(kind.shapes[position]);
    }

    /* ---- tooltips: text nodes only ---- */

    function tooltip(layer) {
        const node = document.createElement("div");
        const at = layer.position;
        // The figure is the CPTS's when every commune wears its colour: its name comes first then.
        const names = [geometry.names[at], (geometry.within || [])[at]].filter(Boolean);
        if (painted.level === "cpts") names.reverse();
        names.forEach((name, rank) => {
            node.appendChild(line(rank ? "cpts-tooltip-within" : "cpts-tooltip-name", name));
        });
        if (painted.title) node.appendChild(line("cpts-tooltip-title", painted.title));
        for (const text of (painted.texts[at] || "").split("\n")) {
            if (text) node.appendChild(line("cpts-tooltip-value", text));
        }
        for (const text of overlays.lines(at)) node.appendChild(line("cpts-tooltip-within", text));
        return node;
    }

    /* ---- fills ---- */

    // Hatches (1) and dots (2) over a colour, for either renderer.
    function fill(colour, pattern) {
        if (!pattern) return colour;
        const key = colour + "/" + pattern;
        if (!patterns[key]) {
            patterns[key] = canvas ? canvasPattern(colour, pattern) : svgPattern(colour, pattern);
        }
        return patterns[key];
    }

    const channels = (colour) => [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));

    function lightness(colour) {
        const [r, g, b] = channels(colour);
        return r * 0.299 + g * 0.587 + b * 0.114;
    }

    // Dark hatches on light fills, white on dark ones: at least 3:1 either way, as tests hold.
    const ink = (colour) => (lightness(colour) < 110 ? "#ffffff" : HATCH);

    // White borders, save on fills too pale for them.
    function edge(colour) {
        if (lightness(colour) < 232) return "#ffffff";
        return `rgb(${channels(colour).map((level) => Math.round(level * 0.82)).join()})`;
    }

    function canvasPattern(colour, pattern) {
        const size = pattern === 1 ? 7 : 6;
        const scale = 4;
        const tile = document.createElement("canvas");
        tile.width = tile.height = size * scale;
        const context = tile.getContext("2d");
        context.scale(scale, scale);
        context.fillStyle = colour;
        context.fillRect(0, 0, size, size);
        context.strokeStyle = context.fillStyle = ink(colour);
        context.lineWidth = 1.5;
        context.beginPath();
        if (pattern === 1) {
            for (const shift of [-size, 0, size]) {
                context.moveTo(shift - 1, size + 1);
                context.lineTo(shift + size + 1, -1);
            }
            context.stroke();
        } else {
            context.arc(size / 2, size / 2, 1.1, 0, 2 * Math.PI);
            context.fill();
        }
        const result = context.createPattern(tile, "repeat");
        result.setTransform(new DOMMatrix().scale(1 / scale));
        return result;
    }

    let definitions = null;
    function svgPattern(colour, pattern) {
        if (!definitions) {
            const host = svgNode(document.body, "svg", {
                width: 0, height: 0, "aria-hidden": "true", style: "position:absolute",
            });
            definitions = svgNode(host, "defs", {});
        }
        const size = pattern === 1 ? 7 : 6;
        const id = "cpts-pattern-" + Object.keys(patterns).length;
        const node = svgNode(definitions, "pattern", {
            id, width: size, height: size, patternUnits: "userSpaceOnUse",
        });
        svgNode(node, "rect", { width: size, height: size, fill: colour });
        if (pattern === 1) {
            const d = `M-1,${size + 1} L${size + 1},-1 M-1,1 L1,-1 M${size - 1},${size + 1} L${size + 1},${size - 1}`;
            svgNode(node, "path", { d, stroke: ink(colour), "stroke-width": 1.5, fill: "none" });
        } else {
            svgNode(node, "circle", { cx: size / 2, cy: size / 2, r: 1.1, fill: ink(colour) });
        }
        return `url(#${id})`;
    }

    // Mean side of a commune on the screen, in pixels.
    function communeSide() {
        return view.side * 256 * Math.pow(2, map.getZoom()) / 360;
    }

    function border(colour) {
        const side = communeSide();
        if (painted.level !== "commune" || side < SEAM_UNDER) return { color: colour, weight: 1 };
        const weight = Math.min(1.3, Math.max(0.45, side / 45));
        return { color: edge(colour), weight };
    }

    function repaint() {
        const styles = painted.signs.palette.map(([colour, pattern, dotted]) => {
            const style = { fillColor: fill(colour, pattern), dashArray: null, ...border(colour) };
            if (dotted) Object.assign(style, { color: DARK, weight: 1.3, dashArray: "1.5 3" });
            return style;
        });
        const focus = painted.focus && new Set(painted.focus);
        communes.forEach((layer, position) => {
            const sign = painted.signs.at[position];
            const faded = focus && !focus.has(position);
            const key = [sign, faded, view.border, painted.level].join();
            if (layer.painted === key && layer.palette === painted.signs.text) return;
            layer.painted = key;
            layer.palette = painted.signs.text;
            const style = styles[sign];
            layer.setStyle({ ...style, fillOpacity: faded ? 0.28 : view.fill, opacity: faded ? 0.5 : 1 });
            if (style.dashArray) layer.bringToFront();
        });
    }

    // { values, width, index }: each value once, and the rank of each commune's value in base 36.
    function ranks(coded) {
        return communes.map((_, position) =>
            parseInt(coded.index.substr(position * coded.width, coded.width), 36));
    }

    function paint(message) {
        if (!geometry) return;
        if (message.sum !== geometry.sum) {
            complain("Les couleurs reçues ne correspondent pas aux contours affichés. Rechargez la page.");
            return;
        }
        const texts = ranks(message.texts);
        painted = {
            signs: {
                palette: message.signs.values, at: ranks(message.signs),
                text: JSON.stringify(message.signs.values),
            },
            texts: texts.map((rank) => message.texts.values[rank]),
            title: message.title, level: message.level, focus: message.focus,
            leading: message.leading,
        };
        map.getContainer().setAttribute("aria-label",
            `Carte. ${message.label ? message.label + ". " : ""}Les mêmes valeurs figurent dans le tableau.`);
        overlays.show(message.layers || [], message.leading || "");
        repaint();
        weighOutlines();
        mark("selected", message.selected);
        for (const layer of marks.outlined) layer.setLatLngs(territory(message.outlined));
        const target = JSON.stringify(message.zoom_to);
        if (target !== view.target) {
            view.target = target;
            fit();
        }
        document.getElementById("map_div").dataset.painted = String(++view.paints);
    }

    // st_folium waits a quarter of a second before it tells a click: ours are told at once, in the
    // order and under the names that it uses, so that it has nothing to add when it wakes.
    const TOLD = ["last_object_clicked_count", "last_active_drawing"];
    function tellNow() {
        setTimeout(() => {
            const data = window.__GLOBAL_DATA__;
            const asked = (data && data.returned_objects) || [];
            if (!window.Streamlit || asked.length !== TOLD.length) return;
            if (!TOLD.every((name) => asked.includes(name))) return;
            const told = Object.fromEntries(TOLD.map((name) => [name, data[name]]));
            if (JSON.stringify(told) === JSON.stringify(data.previous_data)) return;
            data.previous_data = told;
            window.Streamlit.setComponentValue(told);
        }, 0);
    }

    /* ---- view and controls ---- */

    function fit() {
        const rings = view.target ? territory(JSON.parse(view.target)) : [];
        const bounds = rings.length ? L.polygon(rings).getBounds() : view.bounds;
        map.fitBounds(bounds, { padding: rings.length ? [36, 36] : [10, 10], animate: false });
    }

    // The view first, its limits after: a limit above the present zoom starts an animation.
    function settle(follow) {
        map.setMinZoom(0);
        view.home = map.getBoundsZoom(view.bounds, false, L.point(20, 20));
        if (follow) fit();
        if (map.getZoom() >= view.home - 1) map.setMinZoom(Math.max(0, view.home - 1));
    }

    function start(leafletMap, options) {
        document.documentElement.lang = "fr";
        geometry = window.cptsGeometry || null;
        if (!geometry) {
            complain(NOT_LOADED);
            return;
        }
        map = leafletMap;
        canvas = options.canvas;
        view = {
            bounds: L.latLngBounds(options.bounds), target: "null", paints: 0, side: geometry.side,
            fill: options.basemap ? 0.72 : 1, border: 0, home: 0,
            tell: null, hoverElsewhere,
        };
        const container = map.getContainer();
        container.setAttribute("role", "region");
        container.setAttribute("aria-label", "Carte. Les mêmes valeurs figurent dans le tableau.");
        settle(true);
        map.setMaxBounds(view.bounds.pad(0.6));
        drawCommunes();
        drawOutlines();
        prepareMarks();
        overlays.prepare(map, geometry, points, complain);
        window.cptsFurniture.arrange(map, geometry, view, settle, options);
        if (options.lasso) window.cptsLasso.offer(map, tellNow);
        map.on("zoomend", () => {
            weighOutlines();
            const style = JSON.stringify(border(DARK));
            if (style === view.border) return;
            view.border = style;
            if (painted.signs.palette) repaint();
        });
    }

    window.cptsMap = { start, paint };
})();
