/* Layers laid over the painted map: outlines of territories, and points that gather when close.
 *
 * Each layer is a script of ours (map_geometry.zone_script, point_script) that the browser loads
 * when the reader first asks for it: the map itself is never drawn again. Loaded before
 * map_layer.js, which calls prepare() and show(). Text from data only enters through textContent.
 */
(function () {
    "use strict";

    const { line, svgNode } = window.cptsFurniture;
    const CELL = 58;
    const CLOSEST = 15;
    const MANY = 7;
    const number = new Intl.NumberFormat("fr-FR");

    let map = null;
    let decode = null;
    let renderer = null;
    let definitions = null;
    let order = [];
    let sum = 0;
    let complain = () => {};
    const asked = {};
    const drawn = {};
    const crowds = {};

    function prepare(leafletMap, geometry, points, notice) {
        map = leafletMap;
        decode = points;
        sum = geometry.sum;
        complain = notice;
        map.createPane("cpts-zones").style.zIndex = 425;
        map.createPane("cpts-points").style.zIndex = 450;
        // The same places are in the table under the map; a hundred stops would bar the keyboard.
        map.getPane("cpts-points").setAttribute("aria-hidden", "true");
        map.on("moveend", gather);
    }

    function load(key, url) {
        if (!asked[url]) {
            asked[url] = new Promise((resolve, reject) => {
                const node = document.createElement("script");
                node.src = url;
                node.onload = () => {
                    const content = (window.cptsLayers || {})[key];
                    if (content) resolve(content); else reject(new Error(url));
                };
                node.onerror = () => reject(new Error(url));
                document.head.appendChild(node);
            });
            asked[url].catch(() => { delete asked[url]; });
        }
        return asked[url];
    }

    // ``leading``: the layer whose territories wear the colours; its borders are then the strongest.
    function show(layers, leading) {
        order = layers.map(([key]) => key);
        for (const key of Object.keys(drawn)) {
            if (!order.includes(key) || drawn[key].leads !== (key === leading)) erase(key);
        }
        const wanted = order.join();
        Promise.allSettled(layers.map(([key, url]) => load(key, url))).then((results) => {
            if (order.join() !== wanted) return;
            results.forEach((result, rank) => {
                const key = order[rank];
                if (result.status === "rejected") {
                    complain("Une couche n’a pas pu être chargée : la carte reste juste sans elle.");
                } else if (!drawn[key]) {
                    drawn[key] = { ...draw(key, result.value, key === leading), leads: key === leading };
                }
            });
            gather();
            document.getElementById("map_div").dataset.layers = order.filter((key) => drawn[key]).join(" ");
        });
    }

    function draw(key, content, leads) {
        if (content.kind === "points") {
            return { content, places: worldPlaces(content), shapes: [] };
        }
        if (content.sum !== sum) {
            complain("Une couche ne correspond pas aux contours affichés. Rechargez la page.");
            return { content: { kind: "none" }, shapes: [] };
        }
        return { content, shapes: drawZones(key, content, leads) };
    }

    function erase(key) {
        for (const shape of drawn[key].shapes) {
            if (shape.clip) shape.clip.remove();
            shape.remove();
        }
        delete drawn[key];
    }

    /* ---- territories ---- */

    function canvasOfLines() {
        if (!renderer) {
            renderer = L.svg({ pane: "cpts-zones", padding: 0.5 });
            renderer.addTo(map);
            definitions = svgNode(renderer._container, "defs", {});
        }
        return renderer;
    }

    function common() {
        return {
            renderer: canvasOfLines(), pane: "cpts-zones", interactive: false, smoothFactor: 0,
            lineJoin: "round", fill: false,
        };
    }

    function drawZones(key, content, leads) {
        const shapes = [];
        if (content.styles.length === 1 && !content.styles[0].band) {
            const [style] = content.styles;
            const lines = (leads ? content.between.concat(content.around) : content.between).map(decode);
            const ink = leads ? { color: "#1b2530", weight: 2 } : {
                color: style.colour, weight: style.weight, dashArray: style.dash || null,
            };
            shapes.push(L.polyline(lines, { ...common(), color: "#fff", weight: style.weight + 2, opacity: 0.85 }));
            shapes.push(L.polyline(lines, { ...common(), ...ink }));
            for (const shape of shapes) shape.addTo(map);
            return shapes;
        }
        content.shapes.forEach((polygons, rank) => {
            const style = content.styles[content.style[rank]];
            const rings = polygons.map((one) => one.map(decode));
            shapes.push(...band(`${key}-${rank}`, rings, style));
        });
        return shapes;
    }

    // A band along the inside of a border: the line is twice as wide, and cut by its own polygon.
    function band(name, rings, style) {
        const id = "cpts-zone-" + name.replace(/[^a-zA-Z0-9]/g, "-");
        const edge = L.polygon(rings, { ...common(), stroke: false, noClip: true }).addTo(map);
        const light = L.polygon(rings, {
            ...common(), color: "#fff", weight: 2 * (style.weight + 1.5), opacity: 0.9, noClip: true,
        }).addTo(map);
        const ink = L.polygon(rings, {
            ...common(), color: style.hatch ? hatch(style.colour) : style.colour, weight: 2 * style.weight,
            dashArray: style.dash || null, lineCap: "butt", noClip: true,
        }).addTo(map);
        edge._path.id = id;
        const clip = svgNode(definitions, "clipPath", { id: id + "-clip" });
        svgNode(clip, "use", { href: "#" + id });
        edge.clip = clip;
        for (const shape of [light, ink]) shape._path.setAttribute("clip-path", `url(#${id}-clip)`);
        return [edge, light, ink];
    }

    function hatch(colour) {
        const id = "cpts-hatch-" + colour.slice(1);
        if (!document.getElementById(id)) {
            const node = svgNode(definitions, "pattern", { id, width: 5, height: 5, patternUnits: "userSpaceOnUse" });
            svgNode(node, "rect", { width: 5, height: 5, fill: "#fff" });
            svgNode(node, "path", { d: "M-1,6 L6,-1 M-1,1 L1,-1 M4,6 L6,4", stroke: colour, "stroke-width": 1.8, fill: "none" });
        }
        return `url(#${id})`;
    }

    /* ---- points: those close on the screen are one mark with their number ---- */

    // Places on the whole earth at zoom 0, in pixels: multiplied by 2^zoom they are those of any zoom.
    function worldPlaces(content) {
        const unit = Math.pow(10, content.decimals);
        const result = [];
        let x = 0;
        let y = 0;
        for (let k = 0; k < content.places.length; k += 2) {
            x += content.places[k];
            y += content.places[k + 1];
            result.push(map.project([y / unit, x / unit], 0));
        }
        return result;
    }

    function gather() {
        const families = {};
        for (const key of order) {
            const layer = drawn[key];
            if (layer && layer.content.kind === "points") {
                (families[layer.content.family] = families[layer.content.family] || []).push(layer);
            }
        }
        for (const family of Object.keys(crowds)) crowds[family].clearLayers();
        Object.keys(families).forEach((family, rank) => {
            if (!crowds[family]) crowds[family] = L.layerGroup().addTo(map);
            // Structures to the left of their place, professionals to the right, when both are there.
            const side = Object.keys(families).length < 2 ? 0 : rank ? 1 : -1;
            for (const one of cells(families[family], rank)) crowds[family].addLayer(mark(one, family, side));
        });
    }

    function cells(layers, shift) {
        const scale = Math.pow(2, map.getZoom());
        const view = map.getPixelBounds();
        const found = new Map();
        layers.forEach((layer, rank) => {
            layer.places.forEach((place, at) => {
                const x = place.x * scale;
                const y = place.y * scale;
                if (x < view.min.x - CELL || x > view.max.x + CELL || y < view.min.y - CELL || y > view.max.y + CELL) return;
                // Families are cut on grids of their own, so that their marks seldom meet.
                const cell = Math.floor(x / CELL + shift / 2) + "," + Math.floor(y / CELL + shift / 2);
                const one = found.get(cell) || { x: 0, y: 0, places: 0, total: 0, of: new Map(), items: [] };
                const count = layer.content.count[at];
                one.x += place.x;
                one.y += place.y;
                one.places += 1;
                one.total += count;
                one.of.set(rank, (one.of.get(rank) || 0) + count);
                if (one.items.length < MANY) {
                    one.items.push([layer.content.names[layer.content.name[at]], count, layer.content]);
                }
                found.set(cell, one);
            });
        });
        return [...found.values()].map((one) => ({ ...one, layers }));
    }

    function mark(one, family, side) {
        const at = map.unproject(L.point(one.x / one.places, one.y / one.places), 0);
        const kinds = [...one.of.keys()];
        const style = one.layers[kinds[0]].content.style;
        const single = family === "structures" && one.total === 1;
        const size = single ? 22 : Math.round(Math.min(46, 22 + 5 * Math.log2(one.total) / 1.6));
        const node = line(`cpts-point cpts-point-${family}`, single ? style.letter : number.format(one.total));
        node.style.background = kinds.length === 1 ? style.colour : "#2b3642";
        node.style.width = node.style.height = node.style.lineHeight = size + "px";
        const icon = L.divIcon({ html: node, className: "cpts-point-holder", iconSize: [size, size], iconAnchor: [size / 2 - side * (size / 2 + 1), size / 2] });
        const marker = L.marker(at, { icon, pane: "cpts-points", keyboard: false, bubblingMouseEvents: false });
        marker.bindTooltip(() => words(one, family), {
            className: "cpts-tooltip", opacity: 1, direction: "top", offset: [side * (size / 2 + 1), -size / 2],
        });
        marker.on("click", () => {
            if (one.places > 1 && map.getZoom() < CLOSEST) {
                map.setView(at, Math.min(CLOSEST, map.getZoom() + 2));
            }
        });
        return marker;
    }

    function words(one, family) {
        const node = document.createElement("div");
        const told = one.items.length === one.places;
        if (!told || one.of.size > 1 || family !== "structures") {
            for (const [rank, count] of one.of) {
                node.appendChild(line("cpts-tooltip-value", `${one.layers[rank].content.title} : ${number.format(count)}`));
            }
        }
        if (told) {
            for (const [name, count, content] of one.items) {
                const where = family === "structures" ? name : `${name} : ${number.format(count)}`;
                node.appendChild(line("cpts-tooltip-name", where));
                if (family === "structures") node.appendChild(line("cpts-tooltip-within", content.one || content.title));
            }
        } else {
            node.appendChild(line("cpts-tooltip-within", "Cliquez pour agrandir"));
        }
        return node;
    }

    /* ---- what the layers say of a commune ---- */

    function lines(position) {
        const told = [];
        for (const key of order) {
            const content = drawn[key] && drawn[key].content;
            if (content && content.kind === "zones" && content.of[position] >= 0) {
                told.push(`${content.title} : ${content.names[content.of[position]]}`);
            }
        }
        return told;
    }

    window.cptsOverlays = { prepare, show, lines };
})();
