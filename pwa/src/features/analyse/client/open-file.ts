/** A file as the engine takes it: .gz is unpacked first, by the browser. */
export async function unpacked(file: File): Promise<File> {
  if (!/\.gz$/i.test(file.name)) return file;
  const blob = await new Response(file.stream().pipeThrough(new DecompressionStream("gzip"))).blob();
  return new File([blob], file.name.replace(/\.gz$/i, ""), { lastModified: file.lastModified });
}

export async function sampleFile(): Promise<File> {
  const response = await fetch("sample/host-metrics.csv");
  if (!response.ok) throw { code: "io_error", message: `sample: ${response.status}`, hint: "" };
  return new File([await response.blob()], "host-metrics.csv", { type: "text/csv" });
}

/** Hands a file to the browser to be saved. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export const baseName = (name: string): string => name.replace(/\.[^.]*$/, "") || "outpost";
