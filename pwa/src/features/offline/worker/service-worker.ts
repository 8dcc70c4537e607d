// Every file of one version is stored before that version is used, and the version in use changes only when the page
// says so: never a mix of two.
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from "workbox-precaching";
import { fileNameHeader, sharedCache, sharedFile } from "../shared/names";

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] };

precacheAndRoute(self.__WB_MANIFEST, { directoryIndex: "index.html", ignoreURLParametersMatching: [/.*/] });
cleanupOutdatedCaches();

self.addEventListener("message", (event) => {
  if (event.data?.type === "SKIP_WAITING") void self.skipWaiting();
});

// The first visit is served offline as well, without a second load.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function keepShared(request: Request): Promise<Response> {
  const file = (await request.formData()).get("file");
  const found = file instanceof File;
  if (found) {
    const cache = await caches.open(sharedCache);
    await cache.put(sharedFile, new Response(file, { headers: { [fileNameHeader]: encodeURIComponent(file.name) } }));
  }
  return Response.redirect(found ? "./#/analyse?shared" : "./#/analyse", 303);
}

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === "POST" && pathname.endsWith("/share")) event.respondWith(keepShared(event.request));
  else if (event.request.mode === "navigate") {
    event.respondWith(matchPrecache("index.html").then((page) => page ?? fetch(event.request)));
  }
});
