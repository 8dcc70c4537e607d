import type { TableSource } from "./index.js";

/** A file as a source for loadTable(), read a piece at a time. It stays open until close(). */
export function fileSource(path: string | URL): TableSource & { name: string; close(): void };
