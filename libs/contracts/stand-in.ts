/**
 * The tenant that `apps/auth-api`, the stand-in of the external API, issues its tokens for. It is no real
 * tenant; production refuses to start with it, so that nobody's sign-in ever rests on the stand-in.
 */
export const STAND_IN_TENANT_ID = '5a7d1e00-0000-4000-8000-57a2d1200001';
