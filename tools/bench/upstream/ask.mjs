/**
 * Calls a route of the bench's own upstream.
 *
 * @param {string} url
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} any: what our own upstream answers differs by route
 */
export async function ask(url, method, path, body) {
  const response = await fetch(url + path, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${path} of the upstream: ${response.status}`);
  return response.json();
}
