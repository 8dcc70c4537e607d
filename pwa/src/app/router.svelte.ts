// Screens by the part of the address after #, so that any static host will do.
export const screens = ["analyse", "settings"] as const;
export type Screen = (typeof screens)[number];

function read(): { screen: Screen; wish: string } {
  const [path, wish = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { screen: screens.find((screen) => screen === path) ?? "analyse", wish };
}

const state = $state(read());

addEventListener("hashchange", () => Object.assign(state, read()));

export const screen = (): Screen => state.screen;
/** What a shortcut asks for: "sample", "opened", "shared" or nothing. */
export const wish = (): string => state.wish;
