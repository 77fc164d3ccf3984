-- The tables of `RateLimiter`, as its databases have them.

CREATE TABLE "rate_limit_buckets" (
    "key" TEXT NOT NULL,
    "start" INTEGER NOT NULL,
    "count" INTEGER NOT NULL
) STRICT;
CREATE INDEX "bucket_by_time" ON "rate_limit_buckets" ("start");
CREATE UNIQUE INDEX "bucket_of_key" ON "rate_limit_buckets" ("key", "start");
