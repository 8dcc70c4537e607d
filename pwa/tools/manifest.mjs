// The web app manifest. Colours are those of src/styles/tokens.css.
const icon = (size, purpose) => ({ src: `icons/icon-${size}${purpose === "maskable" ? "-maskable" : ""}.png`,
  sizes: `${size}x${size}`, type: "image/png", purpose });
const shortcutIcon = [{ src: "icons/icon-192.png", sizes: "192x192", type: "image/png" }];
const tables = { "text/csv": [".csv"], "text/tab-separated-values": [".tsv"], "application/json": [".json"],
  "application/x-ndjson": [".ndjson", ".jsonl"] };

export const manifest = {
  id: "./",
  name: "Outpost",
  short_name: "Outpost",
  description: "Finds the rows that do not belong, on this device. Nothing is uploaded.",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#f6f7f7",
  theme_color: "#f6f7f7",
  categories: ["productivity", "utilities"],
  icons: [{ src: "icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" }, icon(192, "any"), icon(512, "any"),
    icon(192, "maskable"), icon(512, "maskable")],
  shortcuts: [
    { name: "Analyse a file", url: "./#/analyse", icons: shortcutIcon },
    { name: "Try the sample", url: "./#/analyse?sample", icons: shortcutIcon },
  ],
  file_handlers: [{ action: "./#/analyse?opened", accept: tables, launch_type: "single-client" }],
  share_target: {
    action: "./share",
    method: "POST",
    enctype: "multipart/form-data",
    params: { files: [{ name: "file", accept: [...Object.keys(tables), ...Object.values(tables).flat()] }] },
  },
  launch_handler: { client_mode: ["navigate-existing", "auto"] },
};
