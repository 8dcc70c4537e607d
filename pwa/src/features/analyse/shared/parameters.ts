import type { Detector, Parameter } from "outpost-wasm";

export type ParameterValue = number | string | boolean;

/** What a field of the form holds: text as typed, or a choice made. */
export type Field = string | boolean;

export const fieldOf = (parameter: Parameter): Field =>
  (parameter.type === "boolean" ? Boolean(parameter.default) : String(parameter.default));

export type Checked = { readonly value: ParameterValue } | { readonly problem: "number" | "integer" | "min" | "max" };

/** Reads a field as the registry describes it. */
export function checkField(parameter: Parameter, field: Field): Checked {
  if (parameter.type === "boolean" || parameter.type === "choice") return { value: field };
  const text = String(field).trim().replace(",", ".");
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) return { problem: "number" };
  if (parameter.type === "integer" && !Number.isSafeInteger(value)) return { problem: "integer" };
  if (parameter.min !== undefined && value < parameter.min) return { problem: "min" };
  if (parameter.max !== undefined && value > parameter.max) return { problem: "max" };
  return { value };
}

/** The parameters to train with: only those that differ from the default. Null where a field is wrong. */
export function parametersOf(detector: Detector, fields: Record<string, Field>): Record<string, ParameterValue> | null {
  const out: Record<string, ParameterValue> = {};
  for (const parameter of detector.parameters) {
    const checked = checkField(parameter, fields[parameter.name] ?? fieldOf(parameter));
    if ("problem" in checked) return null;
    if (checked.value !== parameter.default) out[parameter.name] = checked.value;
  }
  return out;
}
