// How miniflare runs `far.js`.
export default {
  compatibilityDate: "2026-11-01",
  durableObjects: {
    OUTSIDE: { className: "Outside", scriptName: "worker", useSQLite: true },
  },
};
