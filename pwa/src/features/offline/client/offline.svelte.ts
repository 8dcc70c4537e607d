// Registers the service worker and asks before another version takes over.
import { notify } from "../../../app/notices.svelte";
import { t } from "../../../i18n/i18n.svelte";
import { fileNameHeader, sharedCache, sharedFile } from "../shared/names";

const state = $state({ ready: false });

/** Everything is stored: the app opens without a network. */
export const offlineReady = (): boolean => state.ready;

export async function startOffline(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    const { Workbox } = await import("workbox-window");
    const workbox = new Workbox("./service-worker.js");
    const ask = (): void => notify({ text: t("update.ready"), dismiss: t("update.later"),
      action: { label: t("update.now"), run: () => {
        workbox.addEventListener("controlling", () => location.reload());
        workbox.messageSkipWaiting();
      } } });
    workbox.addEventListener("waiting", ask);
    await workbox.register();
    await navigator.serviceWorker.ready;
    state.ready = true;
  } catch {
    // A private window or a policy of the browser: the app works, only not without a network.
  }
}

/** The file that another app shared, once. */
export async function takeShared(): Promise<File | null> {
  const cache = await caches.open(sharedCache);
  const response = await cache.match(sharedFile);
  if (!response) return null;
  await cache.delete(sharedFile);
  return new File([await response.blob()], decodeURIComponent(response.headers.get(fileNameHeader) ?? "shared"));
}
