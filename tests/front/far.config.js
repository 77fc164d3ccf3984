// How miniflare runs `far.js`.
export default {
  compatibilityDate: "2026-11-01",
  queueProducers: { JOBS: "jobs" },
};
