export const themes = ["system", "light", "dark", "contrast"] as const;
export type Theme = (typeof themes)[number];

const storageKey = "outpost.theme";
const stored = localStorage.getItem(storageKey);
const state = $state({ theme: themes.find((theme) => theme === stored) ?? ("system" as Theme) });

export const theme = (): Theme => state.theme;

export function setTheme(chosen: Theme): void {
  state.theme = chosen;
  localStorage.setItem(storageKey, chosen);
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
