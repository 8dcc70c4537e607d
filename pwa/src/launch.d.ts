// The file handling API, which TypeScript's own library does not have yet.
interface Window {
  readonly launchQueue?: { setConsumer(consumer: (launch: { readonly files: readonly FileSystemFileHandle[] }) => void): void };
}
declare const __OUTPOST_VERSION__: string;
