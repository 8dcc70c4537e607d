// Texts and numbers in the language of the page. t() is reactive: what reads it is drawn again in another language.
import i18next from "i18next";
import { en } from "./en";
import type { TextKey, Texts } from "./texts";

export const languages = { en: "English", de: "Deutsch", ar: "العربية" } as const;
export type Language = keyof typeof languages;

const storageKey = "outpost.language";
const state = $state({ language: "en" as Language });
let registry: Record<string, string> = {};

const isLanguage = (value: string | null | undefined): value is Language => value != null && value in languages;

export function preferredLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  if (isLanguage(stored)) return stored;
  return navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage) ?? "en";
}

export async function startTexts(): Promise<void> {
  await i18next.init({
    lng: "en", fallbackLng: "en", resources: { en: { translation: en } },
    keySeparator: false, nsSeparator: false, interpolation: { escapeValue: false }, // Svelte escapes
  });
  await setLanguage(preferredLanguage(), false);
}

/** A language with more than two plural forms: those that are not given are as the general one. */
function allPlurals(texts: Texts): Record<string, string> {
  const out: Record<string, string> = { ...texts };
  for (const [key, text] of Object.entries(texts)) {
    if (!key.endsWith("_other")) continue;
    for (const form of ["zero", "two", "few", "many"]) out[key.replace(/other$/, form)] ??= text;
  }
  return out;
}

export async function setLanguage(language: Language, remember = true): Promise<void> {
  registry = {};
  if (language === "de") {
    const { de, deRegistry } = await import("./de");
    i18next.addResourceBundle("de", "translation", de);
    registry = deRegistry;
  } else if (language === "ar") {
    const { ar } = await import("./ar");
    i18next.addResourceBundle("ar", "translation", allPlurals(ar));
  }
  await i18next.changeLanguage(language);
  if (remember) localStorage.setItem(storageKey, language);
  document.documentElement.lang = language;
  document.documentElement.dir = i18next.dir(language);
  state.language = language;
}

export const language = (): Language => state.language;

export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  void state.language;
  return i18next.t(key, values);
}

/** A counted text: {{n}} is the number as it is written here. */
export const counted = (key: TextKey, count: number): string => t(key, { count, n: integer(count) });

/** Words that come from the registry, in the language of the page where they are known. */
export function registryText(key: string, original: string): string {
  void state.language;
  return registry[key] ?? original;
}

/** The reader's own region where the language is theirs: days and months come in its order. */
function region(): string {
  return navigator.languages.find((tag) => tag.split("-")[0] === state.language) ?? state.language;
}

const formats = new Map<string, Intl.NumberFormat>();
function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${state.language} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(region(), options)));
  return format;
}

export const integer = (value: number): string => numberFormat({ maximumFractionDigits: 0 }).format(value);
export const decimal = (value: number, digits = 4): string =>
  numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** Four decimals while that is short; scores of some methods have no upper end. */
export const scoreText = (score: number): string => (Math.abs(score) < 1e4 ? decimal(score) : compact(score));

/** Up to `digits` significant digits, however large or small. */
export function compact(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) {
    return numberFormat({ notation: "scientific", maximumSignificantDigits: digits }).format(value);
  }
  return numberFormat({ maximumSignificantDigits: Math.max(digits, Math.ceil(Math.log10(size + 1))) }).format(value);
}

export function percent(share: number): string {
  const digits = share > 0 && share < 0.001 ? 3 : share < 0.1 ? 1 : 0;
  return numberFormat({ style: "percent", maximumFractionDigits: digits }).format(share);
}

export function byteSize(bytes: number): string {
  const [value, unit] = bytes >= 1e6 ? [bytes / 1e6, "megabyte"] as const : [bytes / 1e3, "kilobyte"] as const;
  return numberFormat({ style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

export function moment(milliseconds: number): string {
  return new Intl.DateTimeFormat(region(), { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" }).format(milliseconds);
}

export function duration(seconds: number): string {
  return seconds < 90 ? counted("time.seconds", Math.max(1, Math.round(seconds))) : counted("time.minutes", Math.round(seconds / 60));
}
