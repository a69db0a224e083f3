export default async function teardown() {
  await globalThis.cutoverScratchServer?.stop();
}
