// How miniflare runs `far.js`.
export default {
  compatibilityDate: "2026-11-01",
  durableObjects: {
    BILLING: { className: "Billing", useSQLite: true },
    ELSEWHERE: { className: "Elsewhere", useSQLite: true },
    ODD: { className: "Odd", useSQLite: true },
    OUTSIDE: { className: "Outside", scriptName: "worker", useSQLite: true },
  },
};
