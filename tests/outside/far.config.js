// How miniflare runs `far.js`.
export default {
  compatibilityDate: "2026-11-01",
};
