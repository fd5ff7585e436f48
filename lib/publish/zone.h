/* One zone from its template to its published file. */
#ifndef PUBLISH_ZONE_H
#define PUBLISH_ZONE_H

#include "publish/job.h"

/* Builds and publishes the zone. Returns 0 if it is published, or -1 with problems added; then the
 * published file is as it was. Some errors come with a 0: D_TOO_EARLY, since the zone that would
 * not be published is the one that ends it; and those of what follows the publication. */
int
zone_publish(struct diags *diags, const struct zone_job *job, struct zone_result *result);

struct zone_run;

/* The first part of zone_publish, for those who have many: `*draft` is what zones_publish makes the
 * published file, and NULL where nothing is to be done or it failed. It lives in the arena of
 * `diags`, and `job` and `result` are needed until then. Returns as zone_publish. */
int
zone_draft(struct diags *diags, const struct zone_job *job, struct zone_result *result,
    struct zone_run **draft);

/* The second part, for some zones, whose files are synced together. Puts into `done` what
 * zone_publish would return for each. */
void
zones_publish(struct zone_run *const *drafts, size_t n, int *done);

/* All that a build would find wrong with template, certificates, checks, policy and keys; nothing
 * is written, and `output` is not looked at. Returns 0, or -1 with problems added. */
int
zone_check(struct diags *diags, const struct zone_job *job);

/* For job->plan: does `safety` let the coming zone take the place of `old`? That is the published
 * one of the plan, or what else it is planned beside; NULL: nothing, and there is nothing to
 * protect. Returns 0, or -1 with problems added to the zone's diags. */
int
zone_plan_safety(const struct zone_plan *plan, const struct store *old);

#endif
