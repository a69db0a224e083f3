export type JsonObject = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isJson = (mediaType: string) => mediaType === 'application/json' || mediaType.endsWith('+json');

/** The JSON object of an answer, or null where the media type or the text says it is none. */
export function jsonObject({ mediaType, text }: { mediaType: string; text: string }): JsonObject | null {
  if (!isJson(mediaType)) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
