import type { en } from "./en";

/** A complete set of texts: a language that lacks one does not compile. */
export type Texts = Record<keyof typeof en, string>;

type Stem<Name extends string> = Name extends `${infer Base}_one` ? Base : Name extends `${string}_other` ? never : Name;
/** What t() takes: plural forms go by their common stem. */
export type TextKey = Stem<keyof typeof en>;
