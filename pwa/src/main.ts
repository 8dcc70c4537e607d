import { mount } from "svelte";
import App from "./app/App.svelte";
import { engine } from "./features/engine/client/engine";
import { startTexts } from "./i18n/i18n.svelte";
import { startOffline } from "./features/offline/client/offline.svelte";

const target = document.getElementById("app");
if (target) {
  await startTexts();
  target.replaceChildren();
  mount(App, { target });
  void startOffline();
  // The core comes after the first paint, so that it is there when a file is.
  const whenIdle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  whenIdle(() => void engine().catch(() => undefined));
}
