// A region's own road tiles as a Leaflet layer.
// In: looks (maps/looks.py), urls of the tile files, day or night.  Out: locatorRoads.layer(…).
// Never knows: where the files come from. Text is drawn on a canvas and never becomes markup.
window.locatorRoads = (function () {
  "use strict";
  const P = protomapsL;
  let last = null;
  const FONT = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Noto Sans',system-ui,sans-serif";
  const SHIELD_FROM = { motorway: 8, trunk: 9, primary: 10, secondary: 12 };
  const NAME_FROM = { secondary: 12, tertiary: 13, unclassified: 14, residential: 14, living_street: 15, primary: 12, trunk: 12 };

  // A road's width at a zoom: looks give it at 12; it doubles every two zooms or so, never thinner than a hair.
  const widthAt = (road, casing) => (z) => Math.max(0.4, road.width * Math.pow(1.42, z - 12)) + casing;

  function lines(road, source, look, night, casing) {
    return {
      dataSource: source, dataLayer: "roads", minzoom: road.from_zoom,
      filter: (z, f) => f.props.class === road.class,
      symbolizer: new P.LineSymbolizer({
        color: casing ? look.casing : night ? road.night : road.day,
        width: widthAt(road, casing ? 1.6 : 0), lineCap: "round", lineJoin: "round",
      }),
    };
  }

  // A road number on a small plate at the middle of its longest stretch in the tile.
  function plate(colour, ink) {
    return {
      place(layout, geom, feature) {
        const text = feature.props.ref.split(";")[0].slice(0, 8);
        const line = geom.reduce((a, b) => (b.length > a.length ? b : a));
        const at = line[line.length >> 1];
        layout.scratch.font = `600 11px ${FONT}`;
        const w = layout.scratch.measureText(text).width / 2 + 5, h = 8;
        const draw = (ctx) => {
          ctx.globalAlpha = 1;
          ctx.fillStyle = colour;
          ctx.beginPath();
          ctx.roundRect(-w, -h, 2 * w, 2 * h, 3);
          ctx.fill();
          ctx.fillStyle = ink;
          ctx.font = `600 11px ${FONT}`;
          ctx.fillText(text, -w + 5, 4);
        };
        return [{ anchor: at, bboxes: [{ minX: at.x - w, minY: at.y - h, maxX: at.x + w, maxY: at.y + h }],
                  draw, deduplicationKey: text, deduplicationDistance: 300 }];
      },
    };
  }

  function labels(sources, label, settlements, night) {
    const [ink, halo] = label;
    const named = (source) => ({
      dataSource: source, dataLayer: "roads",
      filter: (z, f) => !!f.props.name && z >= (NAME_FROM[f.props.class] || 99),
      symbolizer: new P.LineLabelSymbolizer({ labelProps: ["name"], fill: ink, stroke: halo, width: 3,
        position: 2, repeatDistance: 420, font: `500 11.5px ${FONT}` }),
    });
    const numbered = (kinds, colour, text) => ({
      dataSource: "main", dataLayer: "roads",
      filter: (z, f) => !!f.props.ref && kinds.includes(f.props.class) && z >= SHIELD_FROM[f.props.class],
      symbolizer: plate(colour, text),
    });
    return [
      ...settlements.map((kind) => ({ dataSource: "main", dataLayer: "roads", minzoom: kind.from_zoom,
        filter: (z, f) => f.props.class === kind.class,
        symbolizer: new P.CenteredTextSymbolizer({ labelProps: ["name"], fill: ink, stroke: halo, width: 3,
          font: `600 ${kind.size}px ${FONT}` }) })),
      numbered(["motorway"], night ? "#1d6b54" : "#00735a", "#fff"),
      numbered(["trunk", "primary"], night ? "#7d3439" : "#a3333b", "#fff"),
      numbered(["secondary"], night ? "#6b5a1e" : "#f0cf55", night ? "#fff" : "#222"),
      ...Object.keys(sources).map(named),
    ];
  }

  // Auto: what the page has chosen (data-night), else what the device has.
  function isNight(options) {
    if (options.night !== "auto") return !!options.night;
    const said = document.documentElement.dataset.night;
    return said ? said === "yes" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function layer(options) {
    const night = isNight(options);
    const all = options.looks, part = night ? "night" : "day";
    const look = { casing: all.casing[part] };
    const roads = [...all.roads].reverse();            // the greater roads last, on top
    const sources = {};
    for (const [name, url] of Object.entries(options.files)) sources[name] = { url, maxDataZoom: options.max_zoom, levelDiff: 1 };
    const each = (casing) => Object.keys(sources).reverse()
      .flatMap((name) => roads.map((road) => lines(road, name, look, night, casing)));
    return last = Object.assign(P.leafletLayer({
      sources, paintRules: [...each(true), ...each(false)], labelRules: labels(sources, all.label[part], all.settlements, night),
      backgroundColor: all.ground[part], attribution: "", noWrap: false,
    }), { told: options });
  }

  // The same roads anew, when day has become night.
  function redraw(map) {
    if (!last || !map.hasLayer(last)) return;
    const old = last;
    layer(old.told).addTo(map);
    map.removeLayer(old);
  }
  return { layer, redraw };
})();
